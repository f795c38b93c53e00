import { propagation } from '@opentelemetry/api';
import type { ServerRequest } from './request-options.ts';

const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** Fields of the propagator are asked for again after so many milliseconds: it may be registered after the middleware. */
const FIELDS_MS = 1000;

/**
 * Reads what matters from `rawHeaders`: `headers` would be built as an object for a request that needs nothing of it. The
 * facts of the last request stand in the reader itself; they are used at once, and cost no object this way.
 */
export class HeadReader {
  /** A field that the propagator reads is there. */
  hasContext = false;
  /** A body follows, or may follow. */
  hasBody = false;
  /** The value of the request-id header, when it is harmless. */
  requestId: string | undefined = undefined;
  readonly #requestIdHeader: string;
  #fields: readonly string[] = [];
  /** Bit n: a wanted name has n characters (modulo 32); most names of a request are told apart by that alone. */
  #lengths = 0;
  #readAt = -Infinity;

  constructor(requestIdHeader: string) {
    this.#requestIdHeader = requestIdHeader;
  }

  #refresh(now: number): void {
    this.#readAt = now;
    this.#fields = propagation.fields().map((field) => field.toLowerCase());
    this.#lengths = 0;
    for (const name of [...this.#fields, this.#requestIdHeader, 'content-length', 'transfer-encoding']) {
      this.#lengths |= 1 << name.length;
    }
  }

  /** Reads the head of a request; `now` is in milliseconds of any monotonic clock. */
  read(request: ServerRequest, now: number): void {
    if (now - this.#readAt >= FIELDS_MS) this.#refresh(now);
    this.hasContext = false;
    this.hasBody = false;
    this.requestId = undefined;
    const { rawHeaders } = request as { rawHeaders?: readonly string[] };
    if (rawHeaders === undefined) {
      this.#readObject(request);
      return;
    }
    const lengths = this.#lengths;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] as string;
      if (((lengths >>> (name.length & 31)) & 1) === 1) this.#note(name.toLowerCase(), rawHeaders[index + 1]);
    }
    // HTTP/2 has bodies without either header.
    if (request.httpVersionMajor > 1) this.hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  }

  #note(name: string, value: unknown): void {
    if (name === this.#requestIdHeader) {
      if (this.requestId === undefined && typeof value === 'string' && REQUEST_ID.test(value)) this.requestId = value;
    } else if (name === 'content-length') this.hasBody ||= value !== '0';
    else if (name === 'transfer-encoding') this.hasBody = true;
    else if (this.#fields.includes(name)) this.hasContext = true;
  }

  /** Requests that a test or a framework made without a socket. */
  #readObject(request: ServerRequest): void {
    const { headers } = request as { headers?: Readonly<Record<string, unknown>> };
    for (const [name, value] of Object.entries(headers ?? {})) this.#note(name.toLowerCase(), value);
  }
}
