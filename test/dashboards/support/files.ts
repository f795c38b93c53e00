import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queriesOfDashboard } from '../../../server/src/queries/query-dashboards.ts';
import { queriesOfRuleFile, type QueryFile } from '../../../server/src/queries/query-files.ts';

/** The folder of the generated files. */
export const FOLDER = new URL('../../../dashboards/', import.meta.url).pathname;

/** Text of a generated file. */
export const textOf = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');

/** Names of the files of a folder, relative to `dashboards/`. */
export const filesIn = (folder: string, extension: string): string[] =>
  readdirSync(join(FOLDER, folder))
    .filter((name) => name.endsWith(extension))
    .map((name) => `${folder}/${name}`)
    .sort();

export const dashboardFiles = (): string[] => filesIn('grafana', '.json');
export const ruleFiles = (): string[] => filesIn('prometheus/rules', '.yml');
export const ruleTestFiles = (): string[] => filesIn('prometheus/tests', '.yml');

/** Everything that asks for metrics. */
export const queryFiles = (): QueryFile[] => [
  ...dashboardFiles().map((path) => queriesOfDashboard(path, textOf(path))),
  ...[...ruleFiles(), ...ruleTestFiles()].map((path) => queriesOfRuleFile(path, textOf(path))),
];
