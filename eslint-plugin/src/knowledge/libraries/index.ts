import type { Library } from '../types.ts';
import { builtins } from './builtins.ts';
import { loggers, trackers } from './loggers.ts';
import { opentelemetry, opentelemetryResources } from './opentelemetry.ts';
import { nestPrometheus, prometheus } from './prometheus.ts';
import { webLibraries } from './web.ts';

/** Every library that the analysis knows. */
export const libraries: readonly Library[] = [
  prometheus,
  nestPrometheus,
  opentelemetry,
  opentelemetryResources,
  ...webLibraries,
  ...loggers,
  ...trackers,
  ...builtins,
];
