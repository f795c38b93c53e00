import type { AnalysisContext } from './context.ts';
import { AcrossFiles } from './epoch.ts';
import { configuredFacts, emissionFact } from './collect-labels.ts';
import { writeFacts } from './collect-writes.ts';
import { collectHandlers } from './collect-handlers.ts';
import { collectInventory, mayDefine, NO_METRICS, type InventoryFact } from './collect-inventory.ts';
import type { HandlerFact } from './handler-facts.ts';
import { wrapperEmissions, reachesTelemetry, wrapperWrites, wrapperSteps } from './collect-wrappers.ts';
import { Evaluator } from './evaluate.ts';
import type { EmissionFact, WriteFact } from './facts.ts';
import type { ModuleHost, ParsedFile } from './host.ts';
import { moduleOf, type Module } from './module.ts';
import { configuredSites } from './configured-sinks.ts';
import { collectPropagation, type PropagationFact } from './propagation.ts';
import { relevanceOf, type Relevance } from './relevance.ts';
import type { Settings } from './settings.ts';
import { logSites, sinkSites, type SinkSite } from './sinks.ts';
import { collectSpanLife } from './collect-span-life.ts';
import type { SpanLifeFact } from './span-life.ts';

/** Facts of one file; every group is computed once, when it is first asked for. */
export interface FileFacts {
  readonly emissions: readonly EmissionFact[];
  readonly writes: readonly WriteFact[];
  readonly logs: readonly WriteFact[];
  readonly spanLife: readonly SpanLifeFact[];
  readonly propagation: readonly PropagationFact[];
  /** Metrics that the file defines and writes to, as the workspace has to see them; no rule asks for it. */
  readonly inventory: InventoryFact;
  /** Functions that frameworks call; no rule asks for them. */
  readonly handlers: readonly HandlerFact[];
}

/** Analyses one file of a workspace; scopes and values are only computed when its text can hold a fact of a group. */
export function analyze(file: ParsedFile, host: ModuleHost, settings: Settings): FileFacts {
  return new LazyFacts(file, evaluatorOf(host, settings));
}

/** Finds what all files of a workspace are judged by, in small steps, for a host that has other things to do in between. */
export function prepare(host: ModuleHost, settings: Settings): Iterable<void> {
  return wrapperSteps(evaluatorOf(host, settings));
}

const evaluators = new AcrossFiles<ModuleHost, WeakMap<Settings, Evaluator>>();

function evaluatorOf(host: ModuleHost, settings: Settings): Evaluator {
  let bySettings = evaluators.get(host);
  if (!bySettings) evaluators.set(host, (bySettings = new WeakMap()));
  let ev = bySettings.get(settings);
  if (!ev) bySettings.set(settings, (ev = new Evaluator(host, settings)));
  return ev;
}

class LazyFacts implements FileFacts {
  readonly #ev: Evaluator;
  readonly #file: ParsedFile;
  readonly #relevance: Relevance;
  #emissions: readonly EmissionFact[] | undefined;
  #writes: readonly WriteFact[] | undefined;
  #logs: readonly WriteFact[] | undefined;
  #spanLife: readonly SpanLifeFact[] | undefined;
  #propagation: readonly PropagationFact[] | undefined;
  #inventory: InventoryFact | undefined;
  #handlers: readonly HandlerFact[] | undefined;

  constructor(file: ParsedFile, ev: Evaluator) {
    this.#file = file;
    this.#ev = ev;
    this.#relevance = relevanceOf(file.text, ev.settings.trackers);
  }

  get #module(): Module {
    return moduleOf(this.#file);
  }

  /** Calls of functions that the settings declare. */
  #declared(kind: 'metric' | 'span' | 'log'): readonly SinkSite[] {
    const { settings } = this.#ev;
    return settings.wrappers.some((w) => w.kind === kind) ? configuredSites(this.#module, settings, kind) : [];
  }

  get emissions(): readonly EmissionFact[] {
    return (this.#emissions ??= this.#collectEmissions().map((e) => this.#withoutNames(e)));
  }

  /** `names: 'ignore'` leaves out what only a name supports. */
  #withoutNames(emission: EmissionFact): EmissionFact {
    if (this.#ev.settings.names === 'report') return emission;
    return {
      ...emission,
      labels: emission.labels.map((l) => ({
        ...l,
        bound: l.bound.evidence === 'named' ? { ...l.bound, bound: 'unknown' as const } : l.bound,
        sensitive: l.sensitive?.evidence === 'named' ? undefined : l.sensitive,
      })),
    };
  }

  #collectEmissions(): readonly EmissionFact[] {
    const own = this.#relevance.metrics
      ? sinkSites(this.#ev, this.#module).filter((s) => s.sink.kind === 'metric-emit')
      : [];
    return [
      ...[...own, ...this.#declared('metric')].map((s) => emissionFact(this.#ev, s, this.#module)),
      ...(this.#relevance.metrics ? configuredFacts(this.#ev, this.#module) : []),
      ...(reachesTelemetry(this.#ev, this.#file.text, 'metrics', this.#relevance.metrics)
        ? wrapperEmissions(this.#ev, this.#module)
        : []),
    ];
  }

  get writes(): readonly WriteFact[] {
    return (this.#writes ??= this.#supported(this.#collectWrites()));
  }

  #supported(writes: readonly WriteFact[]): readonly WriteFact[] {
    return this.#ev.settings.names === 'report' ? writes : writes.filter((w) => w.sensitive?.evidence !== 'named');
  }

  #collectWrites(): readonly WriteFact[] {
    const own = this.#relevance.spans ? sinkSites(this.#ev, this.#module) : [];
    return [
      ...[...own, ...this.#declared('span')].flatMap((s) => writeFacts(this.#ev, s, this.#module)),
      ...(reachesTelemetry(this.#ev, this.#file.text, 'attributes', this.#relevance.spans)
        ? wrapperWrites(this.#ev, this.#module)
        : []),
    ];
  }

  get logs(): readonly WriteFact[] {
    return (this.#logs ??= this.#supported(
      [...logSites(this.#ev, this.#module), ...this.#declared('log')].flatMap((s) =>
        writeFacts(this.#ev, s, this.#module),
      ),
    ));
  }

  get spanLife(): readonly SpanLifeFact[] {
    return (this.#spanLife ??= this.#relevance.spanLife ? collectSpanLife(this.#ev, this.#module) : []);
  }

  get propagation(): readonly PropagationFact[] {
    return (this.#propagation ??= this.#mayLoseContext() ? collectPropagation(this.#context()) : []);
  }

  get inventory(): InventoryFact {
    return (this.#inventory ??=
      mayDefine(this.#file.text) || this.#relevance.metrics ? collectInventory(this.#ev, this.#module) : NO_METRICS);
  }

  get handlers(): readonly HandlerFact[] {
    return (this.#handlers ??= collectHandlers(this.#ev, this.#context()));
  }

  /** Context can only be lost where the workspace traces. */
  #mayLoseContext(): boolean {
    const { host, settings } = this.#ev;
    if (settings.wrappers.some((w) => w.kind === 'publish' || w.kind === 'consume')) return true;
    if (!this.#relevance.propagation) return false;
    const word = '@opentelemetry/';
    if (this.#file.text.includes(word) || host.mentioning([word]).length > 0) return true;
    return [...host.project(this.#file.path).dependencies.keys()].some((d) => d.startsWith(word));
  }

  #context(): AnalysisContext {
    const module = this.#module;
    return {
      module,
      host: this.#ev.host,
      settings: this.#ev.settings,
      evaluate: (node, home = module) => this.#ev.ask(node, home),
      moduleAt: (path) => this.#ev.graph.moduleAt(path),
    };
  }
}
