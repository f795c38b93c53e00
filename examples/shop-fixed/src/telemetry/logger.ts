import { pinoOptions } from '@telint/runtime/log';
import { pino } from 'pino';
import { config } from '../config.ts';
import { sanitizer } from './sanitizer.ts';

/** The logger of this service: one JSON object per line, with the ids of trace and request, without what the sanitizer finds. */
export const logger = pino(
  pinoOptions(
    { level: config.logLevel, base: { service: config.service, version: config.version } },
    { sanitizer, sampling: { info: { perSecond: 50, burst: 200 } } },
  ),
);
