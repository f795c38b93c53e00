import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMetricsHandler } from '../src/exporters/prometheus.ts';
import { createAuthenticator, isAuthConfigured, type ScrapeAuth } from '../src/scrape-auth.ts';

const ALLOWED = { allowed: true };
const FORBIDDEN = { allowed: false, status: 403 };

function decide(auth: ScrapeAuth, authorization?: string, socket: object = {}) {
  const request = {
    headers: authorization === undefined ? {} : { authorization },
    socket,
  } as unknown as IncomingMessage;
  return createAuthenticator(auth)(request);
}

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('bearer tokens', () => {
  it.each([
    ['Bearer secret', true],
    ['bearer secret', true],
    ['BEARER   secret', true],
    ['Bearer secreT', false],
    ['Bearer secre', false],
    ['Bearer secrets', false],
    ['Bearer', false],
    ['Bearer ', false],
    ['secret', false],
    ['Basic secret', false],
    ['Bearer secret secret', false],
    [undefined, false],
    ['', false],
  ])('%s → %s', async (header, allowed) => {
    expect((await decide({ bearer: 'secret' }, header)).allowed).toBe(allowed);
  });

  it('takes every one of several while they are rotated', async () => {
    const bearer = ['old', 'new'];
    expect(await decide({ bearer }, 'Bearer old')).toEqual(ALLOWED);
    expect(await decide({ bearer }, 'Bearer new')).toEqual(ALLOWED);
    expect((await decide({ bearer }, 'Bearer oldnew')).allowed).toBe(false);
    // The same token twice is one that is accepted.
    expect(await decide({ bearer: ['old', 'old'] }, 'Bearer old')).toEqual(ALLOWED);
  });

  it('asks a function on every scrape', async () => {
    let token = 'first';
    const authenticate = createAuthenticator({ bearer: () => token });
    const show = (authorization: string) => authenticate({ headers: { authorization } } as unknown as IncomingMessage);
    expect(await show('Bearer first')).toEqual(ALLOWED);
    token = 'second';
    expect((await show('Bearer first')).allowed).toBe(false);
    expect(await show('Bearer second')).toEqual(ALLOWED);
  });

  it('refuses everyone while a function has no token', async () => {
    expect((await decide({ bearer: () => [] }, 'Bearer x')).allowed).toBe(false);
    await expect(decide({ bearer: () => '' }, 'Bearer ')).resolves.toMatchObject({ status: 401 });
  });

  it.each(['', ' ', 'with space', 'line\n', '[]'])('refuses %j at set-up', (bearer) => {
    expect(() => createAuthenticator({ bearer })).toThrow(/TELINT_SCRAPE_AUTH_INVALID/);
    expect(() => createAuthenticator({ bearer: ['good', bearer] })).toThrow(/TELINT_SCRAPE_AUTH_INVALID/);
  });

  it('never puts a token into an error', () => {
    expect(() => createAuthenticator({ bearer: 'my secret' })).toThrow(
      expect.not.stringContaining('my secret') as Error,
    );
  });

  it('refuses an empty list at set-up', () => {
    expect(() => createAuthenticator({ bearer: [] })).toThrow(/TELINT_SCRAPE_AUTH_INVALID/);
  });
});

describe('basic authentication', () => {
  const auth: ScrapeAuth = { basic: { username: 'prometheus', password: 'pass:wörd' } };

  it.each([
    [basic('prometheus:pass:wörd'), true],
    [basic('prometheus:pass'), false],
    [basic('prometheus'), false],
    [basic(':pass:wörd'), false],
    [basic('Prometheus:pass:wörd'), false],
    ['Basic !!!!', false],
    ['Bearer cHJvbWV0aGV1czpwYXNzOndvcmQ=', false],
  ])('%s → %s', async (header, allowed) => {
    expect((await decide(auth, header)).allowed).toBe(allowed);
  });

  it('is an alternative to a bearer token, and both are offered', async () => {
    const both: ScrapeAuth = { ...auth, bearer: 'token' };
    expect(await decide(both, 'Bearer token')).toEqual(ALLOWED);
    expect(await decide(both, basic('prometheus:pass:wörd'))).toEqual(ALLOWED);
    expect(await decide(both)).toEqual({
      allowed: false,
      status: 401,
      challenges: ['Bearer realm="metrics"', 'Basic realm="metrics", charset="UTF-8"'],
    });
  });

  it.each([
    { username: '', password: 'x' },
    { username: 'a:b', password: 'x' },
    { username: 'a', password: '' },
  ])('refuses %j at set-up', (credential) => {
    expect(() => createAuthenticator({ basic: credential })).toThrow(/TELINT_SCRAPE_AUTH_INVALID/);
  });
});

describe('authorize', () => {
  it('decides alone when nothing else is asked', async () => {
    expect(await decide({ authorize: () => true })).toEqual(ALLOWED);
    expect(await decide({ authorize: () => Promise.resolve(false) })).toEqual(FORBIDDEN);
  });

  it('is asked only about those who showed a credential', async () => {
    const authorize = vi.fn(() => true);
    await decide({ bearer: 'token', authorize }, 'Bearer wrong');
    expect(authorize).not.toHaveBeenCalled();
    expect(await decide({ bearer: 'token', authorize }, 'Bearer token')).toEqual(ALLOWED);
  });

  it('must say true, not something like it', async () => {
    expect(await decide({ authorize: (() => 'yes') as unknown as () => boolean })).toEqual(FORBIDDEN);
  });
});

describe('client certificates', () => {
  function socket(authorized: boolean, CN: string, subjectaltname?: string): object {
    return { authorized, getPeerCertificate: () => ({ subject: { CN }, subjectaltname }) };
  }

  it('must be verified, whatever they say', async () => {
    expect(await decide({ clientCertificate: true }, undefined, socket(true, 'a'))).toEqual(ALLOWED);
    expect(await decide({ clientCertificate: true }, undefined, socket(false, 'a'))).toEqual(FORBIDDEN);
    expect(await decide({ clientCertificate: true })).toEqual(FORBIDDEN);
  });

  it.each([
    ['scraper', undefined, true],
    ['other', undefined, false],
    ['other', 'DNS:scraper, IP Address:10.0.0.1', true],
    ['other', 'URI:spiffe://cluster/ns/x, DNS:y', true],
    ['other', 'DNS:not-scraper', false],
    ['other', 'email:scraper', false],
    // A name that holds what looks like another one is quoted by Node.
    ['other', 'DNS:"evil, DNS:scraper"', false],
  ])('named %s with %s → %s', async (CN, alternatives, allowed) => {
    const names = ['scraper', 'spiffe://cluster/ns/x'];
    const decision = await decide({ clientCertificate: { names } }, undefined, socket(true, CN, alternatives));
    expect(decision.allowed).toBe(allowed);
  });

  it('and a token must both be there', async () => {
    const auth: ScrapeAuth = { clientCertificate: true, bearer: 'token' };
    expect(await decide(auth, 'Bearer token')).toEqual(FORBIDDEN);
    expect(await decide(auth, undefined, socket(true, 'a'))).toMatchObject({ status: 401 });
    expect(await decide(auth, 'Bearer token', socket(true, 'a'))).toEqual(ALLOWED);
  });

  it('with an empty list of names are a mistake', () => {
    expect(() => createAuthenticator({ clientCertificate: { names: [] } })).toThrow(/TELINT_SCRAPE_AUTH_INVALID/);
  });
});

describe('production', () => {
  const metrics = { async *render() {} };

  it('demands a decision', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => createMetricsHandler({ metrics })).toThrow(/TELINT_METRICS_UNAUTHENTICATED/);
    expect(() => createMetricsHandler({ metrics, auth: {} })).toThrow(/TELINT_METRICS_UNAUTHENTICATED/);
    expect(() => createMetricsHandler({ metrics, allowUnauthenticated: true })).not.toThrow();
    expect(() => createMetricsHandler({ metrics, auth: { bearer: 'x' } })).not.toThrow();
    vi.stubEnv('NODE_ENV', 'development');
    expect(() => createMetricsHandler({ metrics })).not.toThrow();
  });

  it('counts no empty options as protection', () => {
    expect(isAuthConfigured(undefined)).toBe(false);
    expect(isAuthConfigured({})).toBe(false);
    expect(isAuthConfigured({ authorize: () => true })).toBe(true);
  });
});
