import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { workspaceRoot } from '../../eslint-plugin/src/host/workspace-root.ts';
import type { Preset } from '../../eslint-plugin/src/presets.ts';
import { CONFIG_FILE, ConfigError, configOf, loadConfig, parseConfig, type Config } from './config.ts';
import { IndexedWorkspace } from './indexed-workspace.ts';
import { Runner } from './runner.ts';

/** Everything that rules and features need to look at one file. */
export interface Project {
  readonly workspace: IndexedWorkspace;
  /** Runner over all files of the workspace; its configuration is the nearest `telint.json`. */
  readonly runner: Runner;
  /** Runner for the time until all files are read: it reports what is certain without them. */
  readonly early: Runner;
  isIgnored(path: string): boolean;
}

/** What projects ask and tell their host. */
export interface ProjectsHost {
  /** Is told what is wrong with a configuration file, or that nothing is. */
  onConfig(path: string, mistake: string | undefined): void;
  /** Texts that an editor shows, which an index that is made now has to know. */
  openTexts(): Iterable<readonly [path: string, text: string]>;
}

/** Rules whose findings follow from files that nobody has read yet: "no instrumentation is registered". */
const NEEDS_ALL_FILES = ['require-context-propagation'];

/** The folders of the editor, and which configuration and index serve which file. */
export class Projects {
  readonly #host: ProjectsHost;
  readonly #workspaces = new Map<string, IndexedWorkspace>();
  readonly #projects = new Map<string, Project>();
  readonly #homes = new Map<string, string>();
  #folders: readonly string[] = [];
  #preset: Preset | undefined;

  constructor(host: ProjectsHost) {
    this.#host = host;
  }

  get folders(): readonly string[] {
    return this.#folders;
  }

  /** Preset of folders without a configuration file. */
  set preset(preset: Preset | undefined) {
    if (this.#preset === preset) return;
    this.#preset = preset;
    this.forgetConfig();
  }

  setFolders(folders: readonly string[]): void {
    this.#folders = [...new Set(folders)].sort((a, b) => b.length - a.length);
    this.forgetConfig();
    const used = new Set(this.#folders.map((folder) => workspaceRoot(folder)));
    for (const root of this.#workspaces.keys()) if (!used.has(root)) this.#workspaces.delete(root);
  }

  /** Configuration files and folders are looked up anew. */
  forgetConfig(): void {
    this.#projects.clear();
    this.#homes.clear();
  }

  /** Everything is read anew when it is next asked for. */
  forgetFiles(): void {
    this.#workspaces.clear();
    this.forgetConfig();
  }

  /** Workspaces that something was asked about. */
  workspaces(): readonly IndexedWorkspace[] {
    return [...this.#workspaces.values()];
  }

  /** Takes in a changed file everywhere it is known; `text` is what the editor shows, without it the disk counts. */
  update(path: string, text?: string): void {
    for (const workspace of this.#workspaces.values()) if (isInside(path, workspace.root)) workspace.update(path, text);
  }

  /** The folder of the editor that a path is in. */
  folderOf(path: string): string | undefined {
    return this.#folders.find((f) => isInside(path, f));
  }

  /** The project of a file; it is made when its first file is asked for. */
  of(path: string): Project {
    const folder = this.folderOf(path);
    const dir = dirname(path);
    const root = folder ?? ownRoot(dir);
    let home = this.#homes.get(dir);
    if (home === undefined) this.#homes.set(dir, (home = configHome(dir, root, (d) => this.#hasConfig(d))));
    let project = this.#projects.get(home);
    if (!project) {
      const unlisted = folder === undefined && !existsSync(join(root, 'package.json'));
      project = this.#make(home, this.#workspaceOf(root, unlisted));
      this.#projects.set(home, project);
    }
    return project;
  }

  #workspaceOf(folder: string, unlisted: boolean): IndexedWorkspace {
    const root = unlisted ? folder : workspaceRoot(folder);
    let workspace = this.#workspaces.get(root);
    if (!workspace) {
      this.#workspaces.set(root, (workspace = new IndexedWorkspace(root, unlisted)));
      for (const [path, text] of this.#host.openTexts()) if (isInside(path, root)) workspace.update(path, text);
    }
    return workspace;
  }

  #make(home: string, workspace: IndexedWorkspace): Project {
    const config = this.#configOf(home);
    const early: Config = {
      ...config,
      settings: { ...config.settings, names: 'ignore' },
      rules: new Map([...config.rules].filter(([name]) => !NEEDS_ALL_FILES.includes(name))),
    };
    const patterns = config.ignore.flatMap((glob) => [glob, `${glob.replace(/\/$/, '')}/**`]);
    const ignored = patterns.length === 0 ? () => false : picomatch(patterns, { dot: true });
    return {
      workspace,
      runner: new Runner(home, config, workspace.all),
      early: new Runner(home, early, workspace.near),
      isIgnored: (path) => ignored(relative(home, path).split(sep).join('/')),
    };
  }

  #configOf(home: string): Config {
    const path = join(home, CONFIG_FILE);
    return this.reviewConfig(path) ?? this.#savedConfig(home) ?? configOf(this.#presetOnly(), path);
  }

  /** Reads a configuration file as the editor shows it, and tells what is wrong with it; undefined where something is. */
  reviewConfig(path: string): Config | undefined {
    const shown = this.#shown(path);
    try {
      const config =
        shown !== undefined
          ? parseConfig(shown, path)
          : existsSync(path)
            ? loadConfig(dirname(path))
            : configOf(this.#presetOnly(), path);
      this.#host.onConfig(path, undefined);
      return config;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#host.onConfig(path, error.message);
      return undefined;
    }
  }

  /** While somebody types in a configuration, what was saved last counts. */
  #savedConfig(home: string): Config | undefined {
    const path = join(home, CONFIG_FILE);
    if (this.#shown(path) === undefined || !existsSync(path)) return undefined;
    try {
      return loadConfig(home);
    } catch {
      return undefined;
    }
  }

  #shown(path: string): string | undefined {
    for (const [open, text] of this.#host.openTexts()) if (open === path) return text;
    return undefined;
  }

  #hasConfig(dir: string): boolean {
    const path = join(dir, CONFIG_FILE);
    return existsSync(path) || this.#shown(path) !== undefined;
  }

  #presetOnly(): { preset?: Preset } {
    return this.#preset === undefined ? {} : { preset: this.#preset };
  }
}

/** Is a path the folder or below it? */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The nearest folder with a configuration file, up to the root of the project. */
function configHome(dir: string, root: string, hasConfig: (dir: string) => boolean): string {
  for (let d = dir; isInside(d, root); d = dirname(d)) {
    if (hasConfig(d)) return d;
    if (d === root || d === dirname(d)) break;
  }
  return root;
}

/** Root of a file outside of all folders: the package around it, else its own folder. */
function ownRoot(dir: string): string {
  for (let d = dir; ; d = dirname(d)) {
    if (existsSync(join(d, 'package.json')) || existsSync(join(d, CONFIG_FILE))) return d;
    if (d === dirname(d)) return dir;
  }
}
