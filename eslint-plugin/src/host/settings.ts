import { defaultSettings, type Settings, type WrapperSetting } from '../analysis/settings.ts';

/** By content: ESLint merges the settings anew for every file, and one `Settings` object keeps what was found for all of them. */
const cache = new Map<string, Settings>();
const LISTS = [
  'loggers',
  'sanitizers',
  'normalizers',
  'sensitiveWords',
  'sensitiveKeys',
  'allowWords',
  'allowKeys',
  'instrumented',
] as const;
const FLAGS = ['types', 'personIds', 'trackers'] as const;
const CHOICES = { crossFile: ['workspace', 'imports', 'off'], names: ['report', 'ignore'] } as const;
const WRAPPER_KINDS = ['metric', 'span', 'log', 'publish', 'consume'];

/** A mistake in `settings.telint`; the message names the key. */
export class SettingsError extends Error {
  override readonly name = 'TelintSettingsError';
}

/** Validates `settings.telint` and fills in defaults; throws a `SettingsError` that names the wrong key. */
export function readSettings(raw: unknown): Settings {
  if (raw === undefined || raw === null) return defaultSettings;
  if (typeof raw !== 'object' || Array.isArray(raw)) throw new SettingsError('settings.telint must be an object.');
  const key = JSON.stringify(raw);
  const known = cache.get(key);
  if (known) return known;
  const settings = validated(raw as Record<string, unknown>);
  cache.set(key, settings);
  return settings;
}

function validated(raw: Record<string, unknown>): Settings {
  const allowed = new Set<string>([...LISTS, ...FLAGS, ...Object.keys(CHOICES), 'wrappers']);
  const out: Record<string, unknown> = { ...defaultSettings };
  for (const [key, value] of Object.entries(raw)) {
    if (!allowed.has(key))
      throw new SettingsError(`settings.telint.${key} is not known. Known keys: ${[...allowed].sort().join(', ')}.`);
    out[key] = key === 'wrappers' ? wrappers(value) : value;
    check(key, value);
  }
  return out as unknown as Settings;
}

function check(key: string, value: unknown): void {
  const path = `settings.telint.${key}`;
  if (
    (LISTS as readonly string[]).includes(key) &&
    !(Array.isArray(value) && value.every((v) => typeof v === 'string'))
  )
    throw new SettingsError(`${path} must be an array of strings.`);
  if ((FLAGS as readonly string[]).includes(key) && typeof value !== 'boolean')
    throw new SettingsError(`${path} must be true or false.`);
  const choice = (CHOICES as Record<string, readonly string[]>)[key];
  if (choice && !choice.includes(value as string))
    throw new SettingsError(`${path} must be one of ${choice.map((c) => `"${c}"`).join(', ')}.`);
}

function wrappers(value: unknown): readonly WrapperSetting[] {
  if (!Array.isArray(value)) throw new SettingsError('settings.telint.wrappers must be an array.');
  return value.map((w: unknown, i) => {
    const path = `settings.telint.wrappers[${i}]`;
    if (typeof w !== 'object' || w === null) throw new SettingsError(`${path} must be an object.`);
    const entry = w as Record<string, unknown>;
    if (typeof entry['name'] !== 'string' || entry['name'] === '')
      throw new SettingsError(`${path}.name must be the name of a function.`);
    if (!WRAPPER_KINDS.includes(entry['kind'] as string))
      throw new SettingsError(`${path}.kind must be one of ${WRAPPER_KINDS.map((k) => `"${k}"`).join(', ')}.`);
    for (const key of ['labels', 'attributes', 'message']) {
      if (entry[key] !== undefined && !(Number.isInteger(entry[key]) && (entry[key] as number) >= 0))
        throw new SettingsError(`${path}.${key} must be the index of an argument.`);
    }
    return entry as unknown as WrapperSetting;
  });
}
