import { join, resolve } from 'node:path';
import { parse, type ParseError } from 'jsonc-parser';
import { readText } from '../../eslint-plugin/src/host/read-text.ts';
import { readSettings } from '../../eslint-plugin/src/host/settings.ts';
import { defaultSettings, type Settings } from '../../eslint-plugin/src/analysis/settings.ts';
import { isInPreset, PRESETS, presetSettings, type Preset } from '../../eslint-plugin/src/presets.ts';
import { sourceOf } from '../../eslint-plugin/src/rules/create-rule.ts';
import { rules } from '../../eslint-plugin/src/rules/index.ts';
import { checkInfos } from './checks/catalog.ts';
import type { Severity } from './findings.ts';
import { jsonProblem } from './json-errors.ts';
import { nearest } from './nearest.ts';
import { optionsMistake } from './rule-options.ts';

/** Name of the configuration file. It is data: nothing of a workspace is ever run. */
export const CONFIG_FILE = 'telint.json';

/** A rule that is on, and its options. */
export interface RuleSetting {
  readonly severity: Severity;
  readonly options: readonly unknown[];
}

/** What runs and how, for one workspace folder. */
export interface Config {
  /** Rules that are on, by their name without prefix. */
  readonly rules: ReadonlyMap<string, RuleSetting>;
  readonly settings: Settings;
  /** Glob patterns, relative to the folder, of files to leave out. */
  readonly ignore: readonly string[];
  /** Folder that the patterns are relative to, where it is another than the one that is looked at. */
  readonly folder?: string;
  readonly budget: Budget;
}

/** Numbers of time series that `telint/series-budget` holds the estimates against; nothing is checked without them. */
export interface Budget {
  /** Of any single metric. */
  readonly perMetric?: number;
  /** Of all metrics of a package together. */
  readonly perService?: number;
  /** Of single metrics by name, in place of `perMetric`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A mistake in the configuration; the message names the file, the key and what to write. */
export class ConfigError extends Error {
  override readonly name = 'TelintConfigError';
}

const LEVELS = { off: undefined, warn: 'warn', error: 'error' } as const;
const KEYS = ['$schema', 'preset', 'rules', 'settings', 'ignore', 'budget'];

/** Configuration of a folder from its `telint.json`, or the recommended preset; `preset` overrides the file's, and `file` must exist. */
export function loadConfig(root: string, preset?: Preset, file?: string): Config {
  const path = file === undefined ? join(root, CONFIG_FILE) : resolve(root, file);
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    if (file === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT')
      return configOf(preset === undefined ? {} : { preset }, path);
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ConfigError(
      isMissing ? `${path} does not exist.` : `${path} cannot be read: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
  return parseConfig(text, path, preset);
}

/** Configuration from the text of a file. */
export function parseConfig(text: string, path: string, preset?: Preset): Config {
  const raw = parseJson(text, path);
  return configOf(preset === undefined ? raw : { ...raw, preset }, path);
}

function parseJson(text: string, path: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const before = text.slice(0, first.offset).split('\n');
    throw new ConfigError(
      `${path}:${before.length}:${(before.at(-1) ?? '').length + 1}: ${jsonProblem(first.error)}. Write JSON (comments are allowed).`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError(`${path} must contain an object such as { "preset": "recommended" }.`);
  return value as Record<string, unknown>;
}

/** Configuration from data; `path` is named in messages. */
export function configOf(raw: Readonly<Record<string, unknown>>, path: string): Config {
  for (const key of Object.keys(raw))
    if (!KEYS.includes(key)) throw new ConfigError(`${path}: "${key}" is not known. ${meant(key, KEYS, 'keys')}`);
  const preset = raw['preset'] ?? 'recommended';
  if (!PRESETS.includes(preset as Preset))
    throw new ConfigError(`${path}: "preset" must be one of ${PRESETS.map((p) => `"${p}"`).join(', ')}.`);
  const ignore = raw['ignore'] ?? [];
  if (!Array.isArray(ignore) || !ignore.every((g) => typeof g === 'string'))
    throw new ConfigError(`${path}: "ignore" must be an array of glob patterns.`);
  return {
    rules: ruleSettings(preset as Preset, raw['rules'] ?? {}, path),
    settings: settingsOf(preset as Preset, raw, path),
    ignore,
    budget: budgetOf(raw['budget'] ?? {}, path),
  };
}

function budgetOf(given: unknown, path: string): Budget {
  const isRecord = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v);
  const numberAt = (key: string, value: unknown): number => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
      throw new ConfigError(`${path}: "${key}" must be a whole number of time series from 1.`);
    return value;
  };
  if (!isRecord(given)) throw new ConfigError(`${path}: "budget" must be an object such as { "perMetric": 1000 }.`);
  const { perMetric, perService, metrics = {}, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new ConfigError(`${path}: "budget.${unknown}" is not known. Known keys: perMetric, perService, metrics.`);
  if (!isRecord(metrics))
    throw new ConfigError(`${path}: "budget.metrics" must map names of metrics to numbers of time series.`);
  return {
    ...(perMetric === undefined ? {} : { perMetric: numberAt('budget.perMetric', perMetric) }),
    ...(perService === undefined ? {} : { perService: numberAt('budget.perService', perService) }),
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => [name, numberAt(`budget.metrics.${name}`, value)]),
    ),
  };
}

function settingsOf(preset: Preset, raw: Readonly<Record<string, unknown>>, path: string): Settings {
  const given = raw['settings'];
  if (given !== undefined && (typeof given !== 'object' || given === null || Array.isArray(given)))
    throw new ConfigError(`${path}: "settings" must be an object.`);
  const own = { ...presetSettings[preset], ...given };
  if (Object.keys(own).length === 0) return defaultSettings;
  try {
    return readSettings(own);
  } catch (error) {
    throw new ConfigError(`${path}: ${(error as Error).message.replace('settings.telint.', 'settings.')}`, {
      cause: error,
    });
  }
}

/** The name that a mistyped one was meant to be, or all that there are. */
function meant(name: string, known: readonly string[], what: string): string {
  const similar = nearest(name, known);
  return similar === undefined ? `Known ${what}: ${known.join(', ')}.` : `Did you mean "${similar}"?`;
}

/** Checks of the workspace have no options. */
function schemaOf(name: string): readonly Readonly<Record<string, unknown>>[] {
  return Object.hasOwn(rules, name) ? (sourceOf(rules[name as keyof typeof rules])?.meta.schema ?? []) : [];
}

function ruleSettings(preset: Preset, given: unknown, path: string): ReadonlyMap<string, RuleSetting> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigError(`${path}: "rules" must be an object such as { "require-span-end": "error" }.`);
  const settings = new Map<string, RuleSetting>();
  for (const [name, rule] of Object.entries(rules))
    if (isInPreset(rule.meta.docs?.recommended ?? 'all', preset))
      settings.set(name, { severity: 'error', options: [] });
  for (const [name, check] of Object.entries(checkInfos))
    if (isInPreset(check.preset, preset)) settings.set(name, { severity: 'error', options: [] });
  for (const [key, value] of Object.entries(given)) {
    const name = key.replace(/^telint\//, '');
    if (!Object.hasOwn(rules, name) && !Object.hasOwn(checkInfos, name)) {
      const known = [...Object.keys(rules), ...Object.keys(checkInfos)];
      throw new ConfigError(`${path}: there is no rule "${key}". ${meant(name, known, 'rules')}`);
    }
    const [level, ...options] = Array.isArray(value) ? (value as unknown[]) : [value];
    if (typeof level !== 'string' || !(level in LEVELS))
      throw new ConfigError(`${path}: rules["${key}"] must be "off", "warn" or "error", or an array that begins so.`);
    const mistake = optionsMistake(schemaOf(name), options);
    if (mistake !== undefined)
      throw new ConfigError(
        `${path}: rules["${key}"]${/^:/.test(mistake) ? '' : ' '}${mistake}${/[?]$/.test(mistake) ? '' : '.'}`,
      );
    const severity = LEVELS[level as keyof typeof LEVELS];
    if (severity) settings.set(name, { severity, options });
    else settings.delete(name);
  }
  return settings;
}
