import { pino } from 'pino';
import { config } from '../config.ts';

/** The logger of this service: one JSON object per line on standard output. */
export const logger = pino({
  level: config.logLevel,
  base: { service: config.service, version: config.version },
});
