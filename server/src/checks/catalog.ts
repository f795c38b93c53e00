import type { Preset } from '../../../eslint-plugin/src/presets.ts';

/** What documents and configuration say about a check of the workspace. */
export interface CheckInfo {
  readonly description: string;
  /** Smallest preset that turns the check on. */
  readonly preset: Preset;
}

/** Checks that need the whole workspace, by their name without prefix. */
export const checkInfos: Readonly<Record<string, CheckInfo>> = {
  'no-duplicate-metric': {
    description: 'Disallow two definitions of one metric that differ in type, help or labels',
    preset: 'recommended',
  },
  'label-set-conflict': {
    description: 'Disallow writes to a metric whose labels do not fit its definition or its other writes',
    preset: 'recommended',
  },
  'series-budget': {
    description: 'Keep the estimated number of time series below the budget of telint.json',
    preset: 'recommended',
  },
  'query-syntax': {
    description: 'Disallow queries of dashboards and rules that cannot be parsed, and files that cannot be read',
    preset: 'recommended',
  },
  'query-labels': {
    description: 'Disallow labels and values in queries that no write of the code sets',
    preset: 'recommended',
  },
  'query-functions': {
    description: 'Disallow functions in queries that do not fit the type of the metric',
    preset: 'recommended',
  },
  'query-metrics': {
    description: 'Hint at metrics in queries that look like those of the workspace and are not defined there',
    preset: 'recommended',
  },
  'no-unused-metric': { description: 'Disallow metrics that nothing in the workspace writes', preset: 'strict' },
};
