import type { Request } from 'express';
import { CLIENT_APPS } from '../telemetry/metrics.ts';

/** The application that sent a request. */
export function clientApp(req: Request): (typeof CLIENT_APPS)[number] {
  const sent = req.get('x-client-app');
  return CLIENT_APPS.find((app) => app === sent) ?? 'other';
}
