import { generateAll } from '../../dashboards/src/generate.ts';

/** Dashboards, rules, configurations and runbooks. */
export const files = ['dashboards/{grafana,prometheus,alertmanager,otel,stores}/**', 'dashboards/*.{yaml,md}'];

/** Builds the files of dashboards/ from its TypeScript sources. */
export function generate(): Promise<Map<string, string>> {
  return Promise.resolve(new Map([...generateAll()].map(([file, text]) => [`dashboards/${file}`, text])));
}
