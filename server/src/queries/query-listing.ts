/** Which files of a workspace ask for metrics: dashboards, rule files and their tests. */
import { statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { Folders } from '../../../eslint-plugin/src/host/folders.ts';
import { isSkipped } from '../../../eslint-plugin/src/host/listing.ts';
import { readText } from '../../../eslint-plugin/src/host/read-text.ts';
import { MAX_LENGTH } from '../documents.ts';
import { queriesOfDashboard } from './query-dashboards.ts';
import { scrapedLabels } from './query-labels.ts';
import { queriesOfRuleFile, type QueryFile } from './query-files.ts';

/** Globs of files that can hold queries. */
export const QUERY_GLOBS: readonly string[] = ['**/*.json', '**/*.{yml,yaml}'];

const JSON_FILE = /\.json$/i;
const YAML_FILE = /\.ya?ml$/i;
/** Files of tools, which are many and large. */
const OF_TOOLS =
  /^(?:package(?:-lock)?|npm-shrinkwrap|composer|[tj]sconfig.*|telint|lerna|nx|turbo|\.eslintrc|\.prettierrc|pnpm-lock|pnpm-workspace|docker-compose.*|openapi|swagger)\.(?:json|ya?ml)$/i;
/** Folders of examples that tests feed to programs. */
const OF_TESTS = /(?:^|[/\\])(?:__tests__|__mocks__|__fixtures__|__snapshots__|fixtures|testdata)[/\\]/;
/** More files than a workspace has that somebody works in. */
const MAX_FILES = 20_000;

/** Manifests of languages whose code is not read here: metrics can be defined in it. */
const OTHER_LANGUAGE =
  /^(?:go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|pyproject\.toml|requirements\.txt|setup\.py|Gemfile|mix\.exs|composer\.json|build\.sbt)$|\.csproj$/;

/** Can a path be one of a file with queries? `path` is relative to the workspace. */
export function isQueryPath(path: string): boolean {
  const name = basename(path);
  return (JSON_FILE.test(name) || YAML_FILE.test(name)) && !OF_TOOLS.test(name) && !OF_TESTS.test(path);
}

/** Is a path in a folder that is looked at? */
export function isQueryPathIn(root: string, path: string): boolean {
  const inner = relative(root, path);
  return (
    !inner.startsWith('..') &&
    isQueryPath(inner) &&
    !inner
      .split(sep)
      .slice(0, -1)
      .some((name, i) => isSkipped(name, i === 0))
  );
}

const RULES = /^[ \t-]*["']?(?:groups|tests)["']?[ \t]*:/m;
const RULE = /\b(?:expr|input_series|promql_expr_test|alert_rule_test)["']?[ \t]*:/;

/** A cheap look at a text: does it hold queries? */
function mayAsk(path: string, text: string): boolean {
  if (YAML_FILE.test(path)) return RULES.test(text) && RULE.test(text);
  return (
    text.includes('"expr"') || (text.includes('"templating"') && text.includes('"panels"') && text.includes('"query"'))
  );
}

/** The queries of a text; `undefined` where it is no file that asks for metrics. */
export function queriesOf(path: string, text: string): QueryFile | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const targetLabels = YAML_FILE.test(path) ? scrapedLabels(text) : [];
  const file = mayAsk(path, text) ? asked(path, text) : undefined;
  if (targetLabels.length === 0) return file;
  return { ...(file ?? { path, kind: 'scrapes', queries: [], expected: [] }), targetLabels };
}

function asked(path: string, text: string): QueryFile | undefined {
  const file = YAML_FILE.test(path) ? queriesOfRuleFile(path, text) : queriesOfDashboard(path, text);
  // JSON with a field of that name that belongs to something else, and is broken, is none of our business.
  const isOurs = file.kind === 'rules' || /"(?:panels|targets|schemaVersion|elements)"/.test(text);
  return file.queries.length > 0 || (file.error && isOurs) ? file : undefined;
}

/** The queries of a file on disk. */
export function readQueries(path: string): QueryFile | undefined {
  try {
    const { size } = statSync(path);
    return size > MAX_LENGTH ? undefined : queriesOf(path, readText(path));
  } catch {
    // It is gone, or may not be read.
    return undefined;
  }
}

/** What a walk through a workspace has found. */
export interface Listed {
  readonly paths: string[];
  /** Code of other languages lies beside: what is not defined here can be defined there. */
  hasOtherLanguages: boolean;
}

/** Finds files that can hold queries, a folder at a time. */
export function* walkQueryFiles(root: string, listed: Listed): Generator<void> {
  const folders = new Folders();
  const stack = [root];
  for (let dir = stack.pop(); dir !== undefined && listed.paths.length < MAX_FILES; dir = stack.pop()) {
    // Symbolic links are not followed: they lead out of the workspace or in circles.
    const { files, folders: inner } = folders.list(dir);
    for (const name of inner) if (!isSkipped(name, dir === root)) stack.push(join(dir, name));
    for (const name of files) {
      if (OTHER_LANGUAGE.test(name)) listed.hasOtherLanguages = true;
      const path = join(dir, name);
      if (isQueryPath(relative(root, path))) listed.paths.push(path);
    }
    yield;
  }
}
