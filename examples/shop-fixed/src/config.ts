function read(name: string, fallback: string): string {
  return process.env[name] ?? fallback;
}

/** Settings of the service, read once from the environment. Without the URLs of a server its stand-in is used. */
export const config = {
  service: 'shop-api',
  version: read('SHOP_VERSION', '0.0.0-dev'),
  region: read('SHOP_REGION', 'eu-central'),
  host: read('SHOP_HOST', '127.0.0.1'),
  port: Number(read('SHOP_PORT', '8080')),
  adminPort: Number(read('SHOP_ADMIN_PORT', '9090')),
  logLevel: read('SHOP_LOG_LEVEL', 'info'),
  databaseUrl: process.env['SHOP_DATABASE_URL'],
  redisUrl: process.env['SHOP_REDIS_URL'],
  payments: {
    url: process.env['SHOP_PAYMENTS_URL'],
    provider: read('SHOP_PAYMENTS_PROVIDER', 'sandbox'),
    timeoutMs: 5_000,
  },
  /** Where outbox and archive are. */
  dataFolder: read('SHOP_DATA', 'data'),
  receiptDelayMs: Number(read('SHOP_RECEIPT_DELAY_MS', '5000')),
  sessionSeconds: 12 * 60 * 60,
  metricsToken: process.env['SHOP_METRICS_TOKEN'],
  tracesPerSecond: Number(read('SHOP_TRACES_PER_SECOND', '20')),
  /** Where spans wait on disk while the collector is away; memory only without it. */
  spoolFolder: process.env['SHOP_SPOOL'],
  /** Without a collector nothing is exported. */
  hasCollector: ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) => process.env[name]),
} as const;
