import { adaptiveSampler } from '@telint/runtime/sampling';
import { config } from '../config.ts';

/** Shares so many traces per second among the routes; the middleware asks it before a span is made. */
export const sampler = adaptiveSampler({ goalPerSecond: config.tracesPerSecond });
