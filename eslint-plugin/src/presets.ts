/** Presets, the smaller ones first: each has all rules of those before it. */
export const PRESETS = ['recommended', 'strict', 'all'] as const;
/** A preset of the plugin. */
export type Preset = (typeof PRESETS)[number];

/** True when a preset has what the smaller one `from` turns on. */
export function isInPreset(from: Preset, preset: Preset): boolean {
  return PRESETS.indexOf(from) <= PRESETS.indexOf(preset);
}

/** Settings that a preset brings along; those of the user count before them. */
export const presetSettings: Readonly<Record<Preset, Readonly<Record<string, unknown>>>> = {
  recommended: {},
  strict: { personIds: true },
  all: { personIds: true, trackers: true },
};
