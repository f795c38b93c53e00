import { propagation } from '@opentelemetry/api';
import type { ServerRequest } from './request-options.ts';

/** What the head of a request tells before anything is parsed. */
export interface HeadFacts {
  /** A field that the propagator reads is there. */
  hasContext: boolean;
  /** A body follows, or may follow. */
  hasBody: boolean;
  /** The value of the request-id header, when it is harmless. */
  requestId: string | undefined;
}

const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** Fields of the propagator are asked for again after so many milliseconds: it may be registered after the middleware. */
const FIELDS_MS = 1000;

/** Reads what matters from `rawHeaders`: `headers` would be built as an object for a request that needs nothing of it. */
export class HeadReader {
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

  /** `now` is in milliseconds of any monotonic clock. */
  read(request: ServerRequest, now: number): HeadFacts {
    if (now - this.#readAt >= FIELDS_MS) this.#refresh(now);
    const facts: HeadFacts = { hasContext: false, hasBody: false, requestId: undefined };
    const { rawHeaders } = request as { rawHeaders?: readonly string[] };
    if (rawHeaders === undefined) return this.#readObject(request, facts);
    const lengths = this.#lengths;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] as string;
      if (((lengths >>> (name.length & 31)) & 1) === 1) this.#note(facts, name.toLowerCase(), rawHeaders[index + 1]);
    }
    // HTTP/2 has bodies without either header.
    if (request.httpVersionMajor > 1) facts.hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    return facts;
  }

  #note(facts: HeadFacts, name: string, value: unknown): void {
    if (name === this.#requestIdHeader) {
      if (facts.requestId === undefined && typeof value === 'string' && REQUEST_ID.test(value)) facts.requestId = value;
    } else if (name === 'content-length') facts.hasBody ||= value !== '0';
    else if (name === 'transfer-encoding') facts.hasBody = true;
    else if (this.#fields.includes(name)) facts.hasContext = true;
  }

  /** Requests that a test or a framework made without a socket. */
  #readObject(request: ServerRequest, facts: HeadFacts): HeadFacts {
    const { headers } = request as { headers?: Readonly<Record<string, unknown>> };
    for (const [name, value] of Object.entries(headers ?? {})) this.#note(facts, name.toLowerCase(), value);
    return facts;
  }
}
