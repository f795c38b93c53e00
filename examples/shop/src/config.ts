function read(name: string, fallback: string): string {
  return process.env[name] ?? fallback;
}

/** Settings of the service, read once from the environment. */
export const config = {
  service: 'shop-api',
  version: read('SHOP_VERSION', '0.0.0-dev'),
  region: read('SHOP_REGION', 'eu-central'),
  host: read('SHOP_HOST', '127.0.0.1'),
  port: Number(read('SHOP_PORT', '8080')),
  adminPort: Number(read('SHOP_ADMIN_PORT', '9090')),
  logLevel: read('SHOP_LOG_LEVEL', 'info'),
  databaseUrl: read('SHOP_DATABASE_URL', 'postgres://localhost:5432/shop'),
  redisUrl: read('SHOP_REDIS_URL', 'redis://localhost:6379'),
  payments: {
    url: read('SHOP_PAYMENTS_URL', 'http://localhost:8090'),
    provider: read('SHOP_PAYMENTS_PROVIDER', 'sandbox'),
  },
  traceHeaders: read('SHOP_TRACE_HEADERS', 'off') === 'on',
  slowRequestSeconds: 1,
  sessionSeconds: 12 * 60 * 60,
} as const;
