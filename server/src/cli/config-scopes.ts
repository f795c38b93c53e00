import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Preset } from '../../../eslint-plugin/src/presets.ts';
import { CONFIG_FILE, loadConfig } from '../config.ts';
import { Runner } from '../runner.ts';
import { ignores } from './select-files.ts';

/** Which configuration counts for which file: the nearest one, as in the editor. */
export class ConfigScopes {
  readonly #main: Runner;
  readonly #preset: Preset | undefined;
  readonly #runners = new Map<string, Runner>();
  readonly #ignored = new Map<Runner, (path: string) => boolean>();

  /** `preset` overrides that of every file. With `single` the configuration of the command counts for all files. */
  constructor(
    main: Runner,
    { preset, single = false }: { readonly preset?: Preset | undefined; readonly single?: boolean },
  ) {
    this.#main = main;
    this.#preset = preset;
    if (!single) return;
    this.of = () => main;
  }

  /** Runner of a file: that of the command, unless a folder in between has a configuration of its own. */
  of = (path: string): Runner => this.#in(dirname(path));

  #in(folder: string): Runner {
    const main = this.#main;
    if (folder === main.root || !folder.startsWith(main.root + sep)) return main;
    let runner = this.#runners.get(folder);
    if (!runner) {
      runner = existsSync(join(folder, CONFIG_FILE))
        ? new Runner(folder, loadConfig(folder, this.#preset), main.workspace)
        : this.#in(dirname(folder));
      this.#runners.set(folder, runner);
    }
    return runner;
  }

  /** Does the configuration of a folder below leave a file out? That of the command has been asked before. */
  isIgnored(path: string): boolean {
    const runner = this.of(path);
    if (runner === this.#main) return false;
    let isIgnored = this.#ignored.get(runner);
    if (!isIgnored) this.#ignored.set(runner, (isIgnored = ignores(runner)));
    return isIgnored(path);
  }
}

/** Folder of the configuration for a folder: itself, or the nearest one above that has one, within the repository or project. */
export function configFolder(cwd: string): string {
  const top = topFolder(cwd);
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, CONFIG_FILE))) return folder;
    if (folder === top || folder === dirname(folder)) return cwd;
  }
}

/** Root of the repository, else the uppermost folder with a package.json: what is above belongs to others. */
function topFolder(cwd: string): string {
  let top = cwd;
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (existsSync(join(folder, 'package.json'))) top = folder;
    if (folder === dirname(folder)) return top;
  }
}
