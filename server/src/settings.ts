import { PRESETS, type Preset } from '../../eslint-plugin/src/presets.ts';

/** Settings of an editor, section `telint`, with defaults filled in. */
export interface ServerSettings {
  /** Findings while editing; `auto` is decided by clients that know of other linters, and means `on` here. */
  readonly perFile: 'auto' | 'on' | 'off';
  /** Preset of folders without a `telint.json`. */
  readonly preset: Preset | undefined;
  readonly types: 'auto' | 'off';
  readonly codeLens: boolean;
  readonly inlayHints: boolean;
  /** What inserted instrumentation is written with. */
  readonly flavour: 'auto' | 'opentelemetry' | 'runtime';
  /** Prometheus whose numbers of series are shown beside the estimates; empty asks nobody. */
  readonly prometheusUrl: string;
}

/** Settings without any configuration. */
export const defaultServerSettings: ServerSettings = {
  perFile: 'auto',
  preset: undefined,
  types: 'auto',
  codeLens: true,
  inlayHints: false,
  flavour: 'auto',
  prometheusUrl: '',
};

/** Settings, and what is wrong with those given: each message names the key and what to write. */
export interface ReadSettings {
  readonly settings: ServerSettings;
  readonly mistakes: readonly string[];
}

/** Reads the section `telint`; a wrong value leaves its default. Keys that are not known belong to clients. */
export function readServerSettings(raw: unknown): ReadSettings {
  const mistakes: string[] = [];
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>(
        (value, key) =>
          typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
        raw,
      );
  const choice = <T extends string>(key: string, allowed: readonly T[], fallback: T): T => {
    const value = at(key);
    if (value === undefined || value === null) return fallback;
    if (allowed.includes(value as T)) return value as T;
    mistakes.push(`telint.${key} must be one of ${allowed.map((a) => `"${a}"`).join(', ')}.`);
    return fallback;
  };
  const flag = (key: string, fallback: boolean): boolean => {
    const value = at(key);
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'boolean') return value;
    mistakes.push(`telint.${key} must be true or false.`);
    return fallback;
  };
  const address = (key: string, fallback: string): string => {
    const value = at(key);
    if (value === undefined || value === null || value === '') return fallback;
    if (typeof value === 'string' && isAddress(value)) return value;
    mistakes.push(`telint.${key} must be an address such as "http://127.0.0.1:9090", without a name or password.`);
    return fallback;
  };
  const d = defaultServerSettings;
  const preset = choice('preset', ['', ...PRESETS], '');
  const settings: ServerSettings = {
    perFile: choice('lint.perFile', ['auto', 'on', 'off'], d.perFile),
    preset: preset === '' ? undefined : preset,
    types: choice('types', ['auto', 'off'], d.types),
    codeLens: flag('codeLens', d.codeLens),
    inlayHints: flag('inlayHints', d.inlayHints),
    flavour: choice('instrument.flavour', ['auto', 'opentelemetry', 'runtime'], d.flavour),
    prometheusUrl: address('prometheusUrl', d.prometheusUrl),
  };
  return { settings, mistakes };
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
