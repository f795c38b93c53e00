import type { Library } from '../types.ts';
import { brokers } from './brokers.ts';
import { builtins } from './builtins.ts';
import { httpClients } from './http-clients.ts';
import { loggers, trackers } from './loggers.ts';
import { models } from './models.ts';
import { opentelemetry, opentelemetryInstrumentation, opentelemetryResources } from './opentelemetry.ts';
import { nestPrometheus, prometheus } from './prometheus.ts';
import { telintRuntime } from './telint-runtime.ts';
import { webLibraries } from './web.ts';
import { workers } from './workers.ts';

/** Every library that the analysis knows. */
export const libraries: readonly Library[] = [
  prometheus,
  nestPrometheus,
  telintRuntime,
  opentelemetry,
  opentelemetryInstrumentation,
  opentelemetryResources,
  ...webLibraries,
  ...loggers,
  ...trackers,
  ...models,
  ...builtins,
  ...brokers,
  ...workers,
  ...httpClients,
];
