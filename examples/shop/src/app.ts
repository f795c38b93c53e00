import express, { type Express } from 'express';
import { handleGraphql } from './graphql/handler.ts';
import { handleError, notFound } from './http/errors.ts';
import { countClients, describeRequest, loadCustomer, measureRequests } from './http/middleware.ts';
import { routes } from './http/routes.ts';
import { registry } from './telemetry/metrics.ts';

/** The public API. */
export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(measureRequests, countClients, describeRequest);
  app.use(express.json({ limit: '100kb' }));
  app.use(loadCustomer);
  app.use(routes);
  app.post('/graphql', handleGraphql);
  app.use(notFound);
  app.use(handleError);
  return app;
}

/** What only the cluster may reach: health and metrics. */
export function createAdminApp(): Express {
  const admin = express();
  admin.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  admin.get('/metrics', async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics());
  });
  return admin;
}
