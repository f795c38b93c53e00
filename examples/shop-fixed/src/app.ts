import { createMetricsHandler } from '@telint/runtime/exporters/prometheus';
import express, { type Express } from 'express';
import { config } from './config.ts';
import { handleGraphql } from './graphql/handler.ts';
import { handleError, notFound } from './http/errors.ts';
import { countClients, loadCustomer, measureRequests } from './http/middleware.ts';
import { routes } from './http/routes.ts';
import { metrics } from './telemetry/metrics.ts';

/** The public API. */
export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(measureRequests, countClients);
  app.use(express.json({ limit: '100kb' }));
  app.use(loadCustomer);
  app.use(routes);
  app.post('/graphql', handleGraphql);
  app.use(notFound);
  app.use(handleError);
  return app;
}

/** What only the cluster may reach: health and metrics. In production the handler insists on a token. */
export function createAdminApp(): Express {
  const { metricsToken } = config;
  const admin = express();
  admin.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  admin.all('/metrics', createMetricsHandler({ metrics, ...(metricsToken && { auth: { bearer: metricsToken } }) }));
  return admin;
}
