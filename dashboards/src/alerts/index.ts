import type { AlertGroup } from './alert.ts';
import { availability } from './availability.ts';
import { dependencies } from './dependencies.ts';
import { requests } from './requests.ts';
import { resources } from './resources.ts';
import { slo } from './slo.ts';
import { telemetry } from './telemetry.ts';

/** All alerts, one rule file for each group. */
export const ALERT_GROUPS: readonly AlertGroup[] = [availability, requests, slo, resources, dependencies, telemetry];
