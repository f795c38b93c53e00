import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText } from '../../../eslint-plugin/src/host/read-text.ts';
import type { Installation } from './batch.ts';

/** Entries of the asynchronous API: of 7.1, and what it was called before. */
const ENTRIES = ['./async', './unstable/async'];

/** The TypeScript that a folder has installed; it is looked for, and not loaded. */
export function installationFor(folder: string): Installation | undefined {
  for (let dir = folder; ; dir = dirname(dir)) {
    const manifest = join(dir, 'node_modules', 'typescript', 'package.json');
    if (existsSync(manifest)) return installationAt(realpathSync(manifest));
    if (dir === dirname(dir)) return undefined;
  }
}

function installationAt(packageJson: string): Installation | undefined {
  try {
    const { version, exports = {} } = JSON.parse(readText(packageJson)) as {
      readonly version: string;
      readonly exports?: Readonly<Record<string, unknown>>;
    };
    const major = Number.parseInt(version, 10);
    if (major >= 7) {
      const name = ENTRIES.find((entry) => Object.hasOwn(exports, entry));
      const entry = name === undefined ? undefined : targetOf(exports[name]);
      return entry === undefined ? undefined : { kind: 'native', packageJson, version, entry };
    }
    return major >= 5 ? { kind: 'classic', packageJson, version } : undefined;
  } catch {
    return undefined;
  }
}

/** The TypeScript that an editor runs, from the pipe and the manifest that its extension tells. */
export function attachedInstallation(pipe: string, packageJson: string): Installation | undefined {
  const found = installationAt(packageJson);
  return found?.kind === 'native' ? { kind: 'attached', packageJson, entry: found.entry, pipe } : undefined;
}

/** File of an entry of `exports`, which may depend on conditions. */
function targetOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { import: own, default: fallback } = entry as { readonly import?: unknown; readonly default?: unknown };
  return targetOf(own) ?? targetOf(fallback);
}
