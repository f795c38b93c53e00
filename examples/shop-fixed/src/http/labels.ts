import type { Request } from 'express';
import { CLIENT_APPS } from '../telemetry/metrics.ts';

/** The application that sent a request. */
export function clientApp(req: Request): (typeof CLIENT_APPS)[number] {
  const sent = req.get('x-client-app');
  return CLIENT_APPS.find((app) => app === sent) ?? 'other';
}

/** The version of that application, when it looks like one. There are many of them: the label keeps the first 20. */
export function clientVersion(req: Request): string {
  const sent = req.get('x-client-version') ?? 'unknown';
  return /^\d{1,3}(?:\.\d{1,4}){0,2}$/.test(sent) ? sent : 'other';
}

/** Words of the API. */
const WORDS = new Set(['', 'customers', 'orders', 'invoice', 'sessions', 'graphql']);

/** A path with everything replaced that is no word of the API: what strangers put there may be anything. */
export function knownPath(path: string): string {
  const [plain = ''] = path.split(/[?#]/, 1);
  return plain.replace(/[^/]+/g, (segment) => (WORDS.has(segment) ? segment : '_'));
}
