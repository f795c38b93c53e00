import type { DashboardFile } from '../dashboard.ts';
import { business } from './business.ts';
import { goldenSignals } from './golden-signals.ts';
import { infrastructure } from './infrastructure.ts';
import { service } from './service.ts';
import { telemetryHealth } from './telemetry-health.ts';

/** All dashboards. */
export const DASHBOARDS: readonly DashboardFile[] = [goldenSignals, service, infrastructure, business, telemetryHealth];
