/** Answers a scrape over node:http: method, credentials, format, deadline, body. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TelintError, warn } from './diagnostics.ts';
import { servedMetrics, type MetricsSource } from './metrics-source.ts';
import { negotiateEncoding, negotiateFormat, type ExpositionFormat } from './negotiate.ts';
import { createAuthenticator, isAuthConfigured, type ScrapeAuth } from './scrape-auth.ts';
import { ScrapeRenderer, type ScrapeBody } from './scrape-render.ts';

/** What the endpoint serves, and to whom. */
export interface MetricsHandlerOptions {
  /** What is rendered: `createMetrics(…)`, or a prom-client / @prometheus-io/client registry. */
  readonly metrics: MetricsSource;
  /** Who may scrape. */
  readonly auth?: ScrapeAuth;
  /** Serve without credentials although `NODE_ENV` is `production`. Default: `false`. */
  readonly allowUnauthenticated?: boolean;
  /**
   * Formats on offer; the first is served when the scraper names none of them. Default: `['text', 'openmetrics']`. A
   * registry of prom-client writes only the format it was created for.
   */
  readonly formats?: readonly [ExpositionFormat, ...ExpositionFormat[]];
  /** Compress for scrapers that accept gzip. Default: `true`. */
  readonly gzip?: boolean;
  /** Milliseconds for a scrape that sends no `X-Prometheus-Scrape-Timeout-Seconds`. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** A request handler for node:http and express (`app.all('/metrics', handler)`). It never rejects and never throws. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const DEFAULT_TIMEOUT_MS = 10_000;

/** No scraper waits longer; a larger value in the header would only keep a hung rendering alive. */
const MAX_TIMEOUT_MS = 120_000;

/** Answering this much before the scraper gives up lets it see the 503 instead of a broken connection. */
const TIMEOUT_MARGIN_MS = 500;

/**
 * The milliseconds that a scrape has: its `X-Prometheus-Scrape-Timeout-Seconds` less half a second, or less a fifth
 * when that is shorter.
 */
export function scrapeDeadlineMs(header: string | readonly string[] | undefined, fallbackMs: number): number {
  const ms = Number(header) * 1000;
  if (header === undefined || !Number.isFinite(ms) || ms <= 0) return fallbackMs;
  return Math.min(ms - Math.min(TIMEOUT_MARGIN_MS, ms / 5), MAX_TIMEOUT_MS);
}

function answer(response: ServerResponse, status: number, text: string, headers: Record<string, string | string[]>) {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** Resolves when the socket takes more, or when it is gone. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

async function write(response: ServerResponse, { chunks }: ScrapeBody): Promise<void> {
  for (const chunk of chunks) {
    if (response.closed || response.destroyed) return;
    if (!response.write(chunk)) await writable(response);
  }
  response.end();
}

/**
 * Aborts once the scrape is over for the scraper: the connection is lost, or the deadline has passed. Then nobody reads
 * any more, so an answer that has not begun becomes a 503 and one that has is cut off, which scrapers take as failed.
 */
function endOfWait(response: ServerResponse, deadlineMs: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    warn('TELINT_SCRAPE_DEADLINE', `A scrape was answered with 503: not rendered within ${Math.round(deadlineMs)} ms.`);
    answer(response, 503, 'The metrics were not rendered in time.\n', {});
  }, deadlineMs);
  response.once('close', () => {
    clearTimeout(timer);
    controller.abort();
  });
  // Without a listener, a write that fails after the scraper hung up would end the process.
  response.on('error', () => controller.abort());
  return controller.signal;
}

/**
 * A handler for one path of your server; it looks at neither path nor host.
 * @throws TelintError TELINT_METRICS_UNAUTHENTICATED in production without `auth`, unless `allowUnauthenticated`;
 *   TELINT_SCRAPE_AUTH_INVALID and TELINT_OPTION_INVALID for options that cannot work.
 */
export function createMetricsHandler(options: MetricsHandlerOptions): MetricsHandler {
  const { auth, formats, gzip = true, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new TelintError('TELINT_OPTION_INVALID', `timeoutMs must be above 0 and at most ${MAX_TIMEOUT_MS}.`);
  }
  if (process.env['NODE_ENV'] === 'production' && !isAuthConfigured(auth) && options.allowUnauthenticated !== true) {
    throw new TelintError(
      'TELINT_METRICS_UNAUTHENTICATED',
      'In production the metrics endpoint needs `auth: { bearer: … }` (or basic, clientCertificate, authorize). Where the network alone protects it, write `allowUnauthenticated: true`.',
    );
  }
  const authenticate = createAuthenticator(auth);
  const source = servedMetrics(options.metrics, formats);
  const renderer = new ScrapeRenderer(source.chunks);

  async function scrape(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, 'Scrape with GET.\n', { Allow: 'GET, HEAD' });
      return;
    }
    const deadlineMs = scrapeDeadlineMs(request.headers['x-prometheus-scrape-timeout-seconds'], timeoutMs);
    const end = performance.now() + deadlineMs;
    const signal = endOfWait(response, deadlineMs);
    const decision = await authenticate(request);
    if (signal.aborted) return;
    if (!decision.allowed) {
      const challenge = decision.status === 401 ? { 'WWW-Authenticate': [...decision.challenges] } : {};
      answer(response, decision.status, decision.status === 401 ? 'Unauthorized.\n' : 'Forbidden.\n', challenge);
      return;
    }
    const format = negotiateFormat(request.headers.accept, source.formats);
    const encoding = gzip ? negotiateEncoding(request.headers['accept-encoding']) : 'identity';
    const headers = {
      'Content-Type': source.contentType(format),
      'Cache-Control': 'no-store',
      Vary: 'Accept, Accept-Encoding',
      ...(encoding === 'gzip' ? { 'Content-Encoding': 'gzip' } : {}),
    };
    if (request.method === 'HEAD') {
      response.writeHead(200, headers).end();
      return;
    }
    const body = await renderer.body(format, encoding, { deadlineMs: Math.max(1, end - performance.now()), signal });
    response.writeHead(200, { ...headers, 'Content-Length': body.bytes });
    await write(response, body);
  }

  return async (request, response) => {
    try {
      await scrape(request, response);
    } catch (error) {
      refuse(response, error);
    }
  };
}

/** Ends a scrape that failed. What went wrong goes to the service's own warnings, not to whoever asked. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    if (!response.writableEnded) response.destroy();
    return;
  }
  const reason = error instanceof Error ? error.message : String(error);
  warn('TELINT_SCRAPE_FAILED', `A scrape was answered with 500: ${reason}`, reason);
  answer(response, 500, 'The metrics could not be rendered.\n', {});
}
