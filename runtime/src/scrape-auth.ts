/**
 * Who may read the metrics. Credentials are compared as keyed digests in constant time, and every accepted credential is
 * looked at, so that the answer's time tells neither how much of a token was right nor which of several tokens it was.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { TelintError } from './diagnostics.ts';

/** A user name and password for HTTP basic authentication. */
export interface BasicCredential {
  readonly username: string;
  readonly password: string;
}

/** A value, or a function asked on every scrape (a token file that is rotated). */
type Provided<T> = T | (() => T);

/**
 * What a scrape must show. `bearer` and `basic` are alternatives; `clientCertificate` and `authorize` must hold in
 * addition to them.
 */
export interface ScrapeAuth {
  /** Accepted bearer tokens. Several while a token is rotated; a function is asked on every scrape. */
  readonly bearer?: Provided<string | readonly string[]>;
  /** Accepted user names and passwords. */
  readonly basic?: Provided<BasicCredential | readonly BasicCredential[]>;
  /**
   * A client certificate that the server's certificate authority signed. `names`: its common name or one of its DNS or
   * URI subject alternative names must be among these.
   */
  readonly clientCertificate?: true | { readonly names: readonly string[] };
  /** A check of your own, asked last: `false`, a rejection or an exception refuses the scrape with 403. */
  readonly authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
}

/** The answer to a scrape: allowed, or the status to refuse it with (and the challenge that goes with a 401). */
export type AuthDecision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly status: 401; readonly challenges: readonly string[] }
  | { readonly allowed: false; readonly status: 403 };

/** Decides one scrape. Rejects only when a function of the options does. */
export type Authenticator = (request: IncomingMessage) => Promise<AuthDecision>;

const ALLOWED: AuthDecision = { allowed: true };
const FORBIDDEN: AuthDecision = { allowed: false, status: 403 };
const REALM = 'metrics';

/** RFC 6750 §2.1: what a bearer token is made of. */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

/** A key per process: digests of equal length, and of no use elsewhere. */
const digestKey = randomBytes(32);

function digest(text: string): Buffer {
  return createHmac('sha256', digestKey).update(text).digest();
}

function matchesAny(given: string, accepted: readonly Buffer[]): boolean {
  const seen = digest(given);
  let matches = 0;
  for (const one of accepted) matches |= Number(timingSafeEqual(seen, one));
  return matches === 1;
}

function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The digests of the accepted values: computed once, or on each scrape when they come from a function. */
function acceptedDigests<T>(provided: Provided<T | readonly T[]>, text: (value: T) => string): () => readonly Buffer[] {
  if (typeof provided === 'function') {
    const ask = provided as () => T | readonly T[];
    return () => asList(ask()).map((value) => digest(text(value)));
  }
  const values = asList(provided);
  if (values.length === 0) throw invalid('The list of accepted credentials is empty: give at least one.');
  const digests = values.map((value) => digest(text(value)));
  return () => digests;
}

function invalid(message: string): TelintError {
  return new TelintError('TELINT_SCRAPE_AUTH_INVALID', message);
}

function bearerText(token: string): string {
  if (!BEARER_TOKEN.test(token)) {
    throw invalid(
      'A bearer token must be letters, digits and -._~+/ (RFC 6750), not empty and without spaces or line ends: trim what you read from a file.',
    );
  }
  return token;
}

function basicText({ username, password }: BasicCredential): string {
  if (username === '' || username.includes(':')) {
    throw invalid('The user name for basic authentication must not be empty and must not hold a colon (RFC 7617).');
  }
  if (password === '') throw invalid('The password for basic authentication must not be empty.');
  return `${username}:${password}`;
}

/** The names that a verified client certificate vouches for; nothing when there is none. */
function certificateNames(request: IncomingMessage): readonly string[] | undefined {
  const socket = request.socket as Partial<TLSSocket>;
  if (socket.authorized !== true || socket.getPeerCertificate === undefined) return undefined;
  const { subject, subjectaltname } = socket.getPeerCertificate() as Partial<
    ReturnType<NonNullable<typeof socket.getPeerCertificate>>
  >;
  if (subject === undefined) return undefined;
  const names = asList<string | undefined>(subject.CN).filter((name) => name !== undefined);
  // Node writes a name that holds a separator as a JSON string, so that it cannot pass for two.
  for (const [, name = ''] of (subjectaltname ?? '').matchAll(/(?:DNS|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    names.push(name.startsWith('"') ? (JSON.parse(name) as string) : name);
  }
  return names;
}

/** True when the options ask for anything at all. */
export function isAuthConfigured(auth: ScrapeAuth | undefined): boolean {
  if (auth === undefined) return false;
  const { bearer, basic, clientCertificate, authorize } = auth;
  return [bearer, basic, clientCertificate, authorize].some((part) => part !== undefined);
}

/**
 * Checks scrapes against the options.
 * @throws TelintError TELINT_SCRAPE_AUTH_INVALID when a credential is empty or cannot be sent in a header.
 */
export function createAuthenticator(auth: ScrapeAuth = {}): Authenticator {
  const bearer = auth.bearer === undefined ? undefined : acceptedDigests(auth.bearer, bearerText);
  const basic = auth.basic === undefined ? undefined : acceptedDigests(auth.basic, basicText);
  const { clientCertificate, authorize } = auth;
  const names = typeof clientCertificate === 'object' ? clientCertificate.names : undefined;
  if (names?.length === 0) throw invalid('clientCertificate.names is empty: list the accepted names or write true.');

  const challenges: string[] = [];
  if (bearer) challenges.push(`Bearer realm="${REALM}"`);
  if (basic) challenges.push(`Basic realm="${REALM}", charset="UTF-8"`);

  const hasCredential = (header: string): boolean => {
    const [, scheme = '', value = ''] = /^(\w+) +(\S+) *$/.exec(header) ?? [];
    if (bearer && scheme.toLowerCase() === 'bearer') return matchesAny(value, bearer());
    if (basic && scheme.toLowerCase() === 'basic')
      return matchesAny(Buffer.from(value, 'base64').toString('utf8'), basic());
    return false;
  };

  return async (request) => {
    if (clientCertificate !== undefined) {
      const shown = certificateNames(request);
      if (shown === undefined || (names && !shown.some((name) => names.includes(name)))) return FORBIDDEN;
    }
    if (challenges.length > 0 && !hasCredential(request.headers.authorization ?? '')) {
      return { allowed: false, status: 401, challenges };
    }
    // Anything but `true` refuses: JavaScript may return what the type forbids.
    const permitted: unknown = authorize === undefined || (await authorize(request));
    return permitted === true ? ALLOWED : FORBIDDEN;
  };
}
