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
  'no-unused-metric': { description: 'Disallow metrics that nothing in the workspace writes', preset: 'strict' },
};
