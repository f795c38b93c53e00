/** The Prometheus endpoint: a server of its own, or a handler for the one that a service has. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { isIP, type AddressInfo } from 'node:net';
import { TelintError } from '../diagnostics.ts';
import { createMetricsHandler, type MetricsHandlerOptions } from '../scrape-handler.ts';
import { isAuthConfigured } from '../scrape-auth.ts';

export { createMetricsHandler, type MetricsHandler, type MetricsHandlerOptions } from '../scrape-handler.ts';
export type { MetricsSource, PromRegistry, RenderedMetrics } from '../metrics-source.ts';
export type { ExpositionFormat } from '../negotiate.ts';
export type { BasicCredential, ScrapeAuth } from '../scrape-auth.ts';

/** Certificate and key of the server, and the authorities whose client certificates it takes (`ca`). */
export type MetricsTlsOptions = Pick<
  ServerOptions,
  'key' | 'cert' | 'ca' | 'crl' | 'pfx' | 'passphrase' | 'minVersion' | 'maxVersion' | 'ciphers'
>;

/** Where the server listens. */
export interface MetricsServerOptions extends MetricsHandlerOptions {
  /** Default: `OTEL_EXPORTER_PROMETHEUS_PORT`, or 9464. 0 takes a free one. */
  readonly port?: number;
  /** Default: `OTEL_EXPORTER_PROMETHEUS_HOST`, or 127.0.0.1: reachable from outside only when told. */
  readonly host?: string;
  /** Default: `/metrics`. Every other path is a 404. */
  readonly path?: string;
  /** Serve HTTPS; with `ca`, clients must show a certificate that it signed. */
  readonly tls?: MetricsTlsOptions;
}

/** A server that is listening. It does not keep the process alive. */
export interface MetricsServer {
  readonly port: number;
  readonly url: string;
  /** Replaces certificate and key for new connections, after a renewal. */
  setTls(tls: MetricsTlsOptions): void;
  /** Stops listening, lets scrapes finish for `graceMs` milliseconds (default 1,000) and cuts off the rest. */
  close(graceMs?: number): Promise<void>;
}

const DEFAULT_PORT = 9464;
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PATH = '/metrics';
const CLOSE_GRACE_MS = 1000;

/** A scrape has no body and few headers: whoever needs longer to send them is no scraper. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Longer than the usual scrape intervals, so that scrapes find their connection open. */
const KEEP_ALIVE_MS = 65_000;

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const address = host.replace(/^::ffff:/i, '');
  return isIP(address) === 4 ? address.startsWith('127.') : address === '::1';
}

function portFromEnvironment(): number {
  const text = process.env['OTEL_EXPORTER_PROMETHEUS_PORT'];
  return text === undefined || text.trim() === '' ? DEFAULT_PORT : Number(text);
}

function checkOptions({ auth, tls, allowUnauthenticated }: MetricsServerOptions, host: string, port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      'The port of the metrics server must be a whole number up to 65535.',
    );
  }
  if (auth?.clientCertificate !== undefined && tls?.ca === undefined) {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      'auth.clientCertificate needs `tls: { key, cert, ca }`, where ca signed the certificates of the scrapers.',
    );
  }
  const isProtected = isAuthConfigured(auth) || tls?.ca !== undefined || allowUnauthenticated === true;
  if (process.env['NODE_ENV'] === 'production' && !isLoopback(host) && !isProtected) {
    throw new TelintError(
      'TELINT_METRICS_UNAUTHENTICATED',
      `The metrics server would be open to everyone who reaches ${host}. Give \`auth: { bearer: … }\` (or basic, clientCertificate, authorize), listen on 127.0.0.1, or write \`allowUnauthenticated: true\` where the network protects it.`,
    );
  }
}

/** What TLS needs beyond the certificate: with an authority for clients, a handshake without its signature fails. */
function tlsOptions(tls: MetricsTlsOptions): ServerOptions {
  const asksForCertificate = tls.ca !== undefined;
  return { minVersion: 'TLSv1.2', ...tls, requestCert: asksForCertificate, rejectUnauthorized: asksForCertificate };
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => {
      reject(
        new TelintError(
          'TELINT_METRICS_LISTEN',
          `The metrics server cannot listen on ${host}:${port}: ${cause.message}`,
          {
            cause,
          },
        ),
      );
    };
    server.once('error', failed);
    server.listen({ port, host }, () => {
      server.off('error', failed);
      resolve(server.address() as AddressInfo);
    });
  });
}

/**
 * Serves the metrics on a port of their own.
 * @throws TelintError (as a rejection) TELINT_METRICS_UNAUTHENTICATED for a public interface in production without
 *   `auth`; TELINT_METRICS_LISTEN when the port is taken; TELINT_OPTION_INVALID, TELINT_SCRAPE_AUTH_INVALID.
 */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const host = options.host ?? (process.env['OTEL_EXPORTER_PROMETHEUS_HOST'] || DEFAULT_HOST);
  const port = options.port ?? portFromEnvironment();
  const { tls, path = DEFAULT_PATH } = options;
  checkOptions(options, host, port);
  // The interface is known here, and checked: the handler alone would have to assume a public one.
  const handle = createMetricsHandler({ ...options, allowUnauthenticated: true });
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.split('?', 1)[0] === path) {
      void handle(request, response);
      return;
    }
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`The metrics are at ${path}.\n`);
  };
  const limits = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const secure = tls && createTlsServer({ ...limits, ...tlsOptions(tls) }, onRequest);
  const server = secure ?? createServer(limits, onRequest);
  const address = await listen(server, port, host);
  server.unref();
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  return {
    port: address.port,
    url: `${secure ? 'https' : 'http'}://${shownHost}:${address.port}${path}`,
    setTls: (renewed) => {
      if (!secure)
        throw new TelintError('TELINT_OPTION_INVALID', 'setTls works on a server that was started with `tls`.');
      secure.setSecureContext(tlsOptions(renewed));
    },
    close: (graceMs = CLOSE_GRACE_MS) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** The part of a fastify instance that a route needs. */
export interface FastifyLike {
  route(options: {
    readonly method: ('GET' | 'HEAD')[];
    readonly url: string;
    readonly exposeHeadRoute: boolean;
    readonly handler: (
      request: { readonly raw: IncomingMessage },
      reply: { readonly raw: ServerResponse; hijack(): unknown },
    ) => void;
  }): unknown;
}

/** Options of the fastify plugin. */
export interface FastifyMetricsOptions extends MetricsHandlerOptions {
  /** Default: `/metrics`. */
  readonly path?: string;
}

/** A fastify plugin: `app.register(metricsPlugin, { metrics, auth })`. Hooks of the instance run before it. */
export function metricsPlugin(fastify: FastifyLike, options: FastifyMetricsOptions, done: () => void): void {
  const handle = createMetricsHandler(options);
  fastify.route({
    method: ['GET', 'HEAD'],
    url: options.path ?? DEFAULT_PATH,
    exposeHeadRoute: false,
    handler: (request, reply) => {
      reply.hijack();
      void handle(request.raw, reply.raw);
    },
  });
  done();
}
