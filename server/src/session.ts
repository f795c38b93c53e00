import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { forgetAcrossFiles } from '../../eslint-plugin/src/analysis/epoch.ts';
import { AcrossFiles } from './across-files.ts';
import { CONFIG_FILE } from './config.ts';
import { Documents, MAX_LENGTH, type OpenDocument } from './documents.ts';
import { FindingsCache } from './findings-cache.ts';
import type { LoadListener } from './indexed-workspace.ts';
import type { MetricIndex } from './metric-index.ts';
import { MetricStore } from './metric-store.ts';
import { QueryLinks } from './queries/query-links.ts';
import { isQueryPath } from './queries/query-listing.ts';
import { QueryStore, type QueryIndex } from './queries/query-store.ts';
import { Projects, type Project } from './projects.ts';
import type { Runner } from './runner.ts';
import { defaultServerSettings, type ServerSettings } from './settings.ts';
import { runInSlices, yieldToEvents } from './slices.ts';

/** Pause in typing after which other files are looked at again, in milliseconds. */
const IDLE_MS = 250;
/** Pause after which metrics of all files are collected again. */
const LONG_IDLE_MS = 2000;
/** How long a first answer waits for the index of a workspace: small ones are read by then, and others are told of later. */
const PATIENCE_MS = 20;

/** A change of more files, such as of a branch, is read anew as a whole: that takes less time than one by one. */
const MANY_FILES = 200;

/** Files that decide what is checked, and how far a project goes. */
const CONFIGURES = new Set([CONFIG_FILE, 'package.json']);

/** Who asks while somebody types gets an answer all the same. */
const ATTEMPTS = 3;

/** Given for every key: without it each one would make an error with a stack. */
const OVERTAKEN = 'overtaken by a change';

/** What is known of metrics where somebody has cancelled the reading of the files. */
const NO_METRICS: MetricIndex = { metrics: [], spans: [] };

/** What a session asks and tells the connection it belongs to. */
export interface SessionHost {
  onConfig(path: string, mistake: string | undefined): void;
  onError(message: string): void;
  /** The files of a folder are about to be read. */
  onLoad(root: string): LoadListener;
}

/** Called when nothing has changed for a while and everything known is up to date; stop when the signal is aborted. */
export type SettledListener = (signal: AbortSignal) => Promise<void> | void;

/** Called when a document was opened, edited or closed. */
export type DocumentListener = (document: OpenDocument, event: 'opened' | 'edited' | 'closed') => void;

/** Everything that features share: open documents, projects, findings, settings, and the rhythm of changes. */
export class Session {
  readonly documents = new Documents();
  readonly projects: Projects;
  readonly findings: FindingsCache;
  readonly queries: QueryStore;
  /** What was last found across files. */
  readonly acrossFiles = new AcrossFiles((path) => this.documents.at(path)?.text.getText());
  settings: ServerSettings = defaultServerSettings;
  /** The client does not watch files: `rescan` will be called. */
  rescans = false;
  readonly #host: SessionHost;
  readonly #listeners: SettledListener[] = [];
  readonly #documentListeners: DocumentListener[] = [];
  readonly #diskListeners: ((paths: readonly string[] | undefined) => void)[] = [];
  readonly #refinedListeners: SettledListener[] = [];
  readonly #following = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #work = new AbortController();
  #configChanged = false;
  #generation = 0;
  readonly #store = new MetricStore();
  readonly #links = new WeakMap<Runner, { readonly queries: QueryIndex; readonly links: QueryLinks }>();
  readonly #metricListeners: (() => void)[] = [];
  #metricTimer: NodeJS.Timeout | undefined;
  readonly #pushed = new Set<string>();
  #settling: Promise<void> | undefined;
  #rescanning: Promise<void> = Promise.resolve();
  #rescanWaits = false;

  constructor(host: SessionHost) {
    this.#host = host;
    this.queries = new QueryStore(this.documents);
    this.projects = new Projects({
      onConfig: (path, mistake) => host.onConfig(path, mistake),
      openTexts: () => this.documents.all().map((d) => [d.path, d.text.getText()] as const),
    });
    this.findings = new FindingsCache(this.projects, this.documents, (message) => host.onError(message));
  }

  /** Counts the times that something was settled: what was computed under another number may be out of date. */
  get generation(): number {
    return this.#generation;
  }

  /** True from a change until everything follows from it. */
  get isDirty(): boolean {
    return this.#timer !== undefined;
  }

  onDocument(listener: DocumentListener): void {
    this.#documentListeners.push(listener);
  }

  onSettled(listener: SettledListener): void {
    this.#listeners.push(listener);
  }

  /** Listeners hear which files have changed on disk; undefined means that any may have. */
  onDisk(listener: (paths: readonly string[] | undefined) => void): void {
    this.#diskListeners.push(listener);
  }

  /** Called when findings were refined after everything had settled. */
  onRefined(listener: SettledListener): void {
    this.#refinedListeners.push(listener);
  }

  /** Work that goes on after everything has settled and holds nothing up; `refined` tells what came of it. */
  follow(work: Promise<void>): void {
    const following = work
      .catch((error: unknown) => {
        this.#host.onError(`Work after a change failed: ${(error as Error).stack ?? ''}`);
      })
      .finally(() => this.#following.delete(following));
    this.#following.add(following);
  }

  /** Findings of open documents are others than before. */
  async refined(signal: AbortSignal): Promise<void> {
    for (const listener of this.#refinedListeners) await listener(signal);
  }

  /** A document was opened, edited or closed: the editor's text counts while it is open, then the disk again. */
  documentChanged(document: OpenDocument | undefined, event: 'opened' | 'edited' | 'closed'): void {
    if (!document) return;
    const content = document.text.getText();
    if (event === 'closed') this.projects.update(document.path);
    // A text of that size would not be read from the disk either.
    else this.projects.update(document.path, content.length > MAX_LENGTH ? '' : content);
    this.#store.changed(this.projects.workspaces(), document.path);
    if (basename(document.path) === CONFIG_FILE) this.#configEdited(document.path);
    else if (this.#matters(document.path)) this.changed();
    for (const listener of this.#documentListeners) listener(document, event);
  }

  /** What is wrong with a configuration is said at once; what is checked follows when typing pauses. */
  #configEdited(path: string): void {
    this.#configChanged = true;
    this.projects.reviewConfig(path);
    this.changed();
  }

  /** Files on disk came, went or changed; what an editor shows of them still counts. */
  changedOnDisk(paths: readonly string[]): void {
    if (paths.some((path) => CONFIGURES.has(basename(path)))) this.projects.forgetConfig();
    // Nobody asks any more for one that is gone, and what was wrong with it would stay.
    for (const path of paths) if (basename(path) === CONFIG_FILE && !existsSync(path)) this.projects.reviewConfig(path);
    for (const listener of this.#diskListeners) listener(paths.length > MANY_FILES ? undefined : paths);
    if (paths.length > MANY_FILES) this.projects.forgetFiles();
    else
      for (const path of paths) {
        if (this.documents.at(path)) continue;
        this.projects.update(path);
        this.#store.changed(this.projects.workspaces(), path);
      }
    if (paths.length > MANY_FILES || paths.filter((path) => this.#matters(path)).length > 0) this.changed();
  }

  /** JSON and YAML that ask for nothing are the affair of others. */
  #matters(path: string): boolean {
    const asks = this.queries.changed(this.projects.workspaces(), path);
    return asks || !isQueryPath(path);
  }

  /** Looks which files changed on disk since the last time, for clients that do not watch them. */
  rescan(): void {
    if (this.#rescanWaits) return;
    this.#rescanWaits = true;
    this.#rescanning = this.#rescanning.then(() => {
      this.#rescanWaits = false;
      return this.#rescan();
    });
    this.follow(this.#rescanning);
  }

  async #rescan(): Promise<void> {
    for (const workspace of this.projects.workspaces()) {
      // What is read now has been looked at before.
      if (!workspace.loading && !workspace.isUnlisted) continue;
      const paths = await workspace.changedOnDisk();
      if (paths.length > 0) this.changedOnDisk(paths);
    }
  }

  /** Something changed that other files may depend on: running work ends, and is taken up again after a pause. */
  changed(): void {
    this.#work.abort(OVERTAKEN);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.settle(), IDLE_MS);
    clearTimeout(this.#metricTimer);
    this.#metricTimer = setTimeout(() => void this.#renewMetrics().catch(() => undefined), LONG_IDLE_MS);
  }

  /** Metrics and spans of the workspace of a file exactly as they are now. */
  async metrics(path: string): Promise<MetricIndex> {
    for (let attempt = 1; ; attempt++) {
      const project = await this.loaded(path);
      if (project.workspace.givenUp) return NO_METRICS;
      if (this.isDirty) await this.settle();
      const generation = this.#generation;
      const index = await this.#store.exact(project, generation);
      // Who asks while somebody types gets an answer all the same.
      if ((this.#generation === generation && !this.isDirty) || attempt === ATTEMPTS) return index;
    }
  }

  /**
   * Metrics and spans as they were last collected, with edited files as they are now: an answer at once, for what is only
   * shown. What an edit means for other files is found when nothing has changed for a while; listeners hear of it.
   */
  async recentMetrics(path: string): Promise<MetricIndex> {
    const project = await this.loaded(path);
    const recent = this.#store.recent(project);
    return recent ?? (await this.metrics(path));
  }

  /** What `recentMetrics` would answer, where it would answer at once. */
  knownMetrics(path: string): MetricIndex | undefined {
    return this.#store.recent(this.projects.of(path));
  }

  /** Queries of the workspace of a file, joined with its metrics: exactly as they are now, or as they were last collected. */
  async links(path: string, when: 'exact' | 'recent' = 'recent'): Promise<QueryLinks> {
    const { metrics } = await (when === 'exact' ? this.metrics(path) : this.recentMetrics(path));
    return this.#linked(path, metrics, await this.queries.of(this.projects.of(path).workspace));
  }

  /** What `links` would answer, where it would answer at once. */
  knownLinks(path: string): QueryLinks | undefined {
    const metrics = this.knownMetrics(path)?.metrics;
    const queries = this.queries.known(this.projects.of(path).workspace);
    return metrics && queries && this.#linked(path, metrics, queries);
  }

  /** The same links for as long as metrics, queries and configuration are the same. */
  #linked(path: string, metrics: MetricIndex['metrics'], queries: QueryIndex): QueryLinks {
    const { runner } = this.projects.of(path);
    const known = this.#links.get(runner);
    if (known?.links.metrics === metrics && known.queries === queries) return known.links;
    const files = queries.files.filter((file) => !this.projects.of(file.path).isIgnored(file.path));
    const links = new QueryLinks(metrics, { ...queries, files }, runner.workspace);
    this.#links.set(runner, { queries, links });
    return links;
  }

  onMetrics(listener: () => void): void {
    this.#metricListeners.push(listener);
  }

  /** Collects metrics anew for those who have asked before. */
  async #renewMetrics(): Promise<void> {
    for (const workspace of this.projects.workspaces()) {
      const document = this.documents.all().find(({ path }) => this.projects.of(path).workspace === workspace);
      if (!document || !this.#store.has(workspace)) continue;
      await this.#store.exact(this.projects.of(document.path), this.#generation);
    }
    for (const listener of this.#metricListeners) listener();
  }

  /** Findings of a file that is not open were shown; opening it takes them back. */
  wasPushed(path: string): boolean {
    return this.#pushed.has(path);
  }

  setPushed(path: string, isPushed: boolean): void {
    if (isPushed) this.#pushed.add(path);
    else this.#pushed.delete(path);
  }

  /** Resolves when the workspaces of open documents are read and nothing has changed for a while. */
  async settled(): Promise<void> {
    for (const { path } of this.documents.all()) await this.loaded(path);
    while (this.isDirty || this.#settling || this.#following.size > 0) {
      await this.#settling;
      await Promise.all(this.#following);
      if (this.isDirty) await this.settle();
    }
  }

  /** Brings everything up to date now; listeners work until the next change. */
  async settle(): Promise<void> {
    const settling = this.#settle();
    this.#settling = settling;
    await settling;
    if (this.#settling === settling) this.#settling = undefined;
  }

  async #settle(): Promise<void> {
    this.#work.abort(OVERTAKEN);
    const { signal } = (this.#work = new AbortController());
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#generation++;
    if (this.#configChanged) this.projects.forgetConfig();
    this.#configChanged = false;
    forgetAcrossFiles();
    this.findings.renew();
    if (!(await this.#prepare(signal))) return;
    for (const listener of this.#listeners) {
      try {
        await listener(signal);
      } catch (error) {
        this.#host.onError(`Work after a change failed: ${(error as Error).stack ?? ''}`);
      }
      if (signal.aborted) return;
    }
  }

  /** Finds what open documents need of other files, so that nobody waits for all of it at once; false when a change overtook it. */
  async #prepare(signal: AbortSignal): Promise<boolean> {
    const projects = new Set(this.documents.all().map(({ path }) => this.projects.of(path)));
    for (const { workspace, runner } of projects) {
      try {
        if (workspace.loaded && !(await runInSlices(runner.prepare(), signal))) return false;
      } catch (error) {
        this.#host.onError(`${workspace.root} cannot be analysed: ${(error as Error).stack ?? ''}`);
      }
    }
    return true;
  }

  /** Resolves when the workspace of a file is read, or was given up; `resume` takes a reading up that was given up. */
  async loaded(path: string, resume = false): Promise<Project> {
    const project = this.projects.of(path);
    if (resume) project.workspace.resume();
    await this.#load(project);
    return project;
  }

  /** Resolves when the workspace of a file is read, or after a moment where that takes longer: what needs all files is said later then. */
  async soonLoaded(path: string): Promise<Project> {
    const project = this.projects.of(path);
    if (!project.workspace.loaded) {
      const late = new AbortController();
      await Promise.race([
        this.#load(project).then(() => late.abort()),
        delay(PATIENCE_MS, undefined, { signal: AbortSignal.any([late.signal, project.workspace.large]) }).catch(
          () => undefined,
        ),
      ]);
    }
    await yieldToEvents();
    return project;
  }

  /** The reading goes on when nobody waits any more; then everything is said again. */
  async #load({ workspace }: Project): Promise<void> {
    if (workspace.loaded) return;
    const isFirst = !workspace.loading;
    try {
      const isLoaded = await workspace.load(() => this.#host.onLoad(workspace.root), this.rescans);
      if (!isFirst || !isLoaded) return;
      await this.settle();
      // Hover and lenses tell who asks: read while nobody waits for it.
      await this.queries.of(workspace);
    } catch (error) {
      if (isFirst) this.#host.onError(`${workspace.root} cannot be read: ${(error as Error).message}`);
    }
  }
}
