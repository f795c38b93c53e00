import type { AnalysisContext } from './context.ts';
import { configuredFacts, emissionFact } from './collect-labels.ts';
import { writeFacts } from './collect-writes.ts';
import { wrapperEmissions, wrapperWrites } from './collect-wrappers.ts';
import { Evaluator } from './evaluate.ts';
import type { EmissionFact, WriteFact } from './facts.ts';
import type { ModuleHost } from './host.ts';
import type { Module } from './module.ts';
import { collectPropagation, type PropagationFact } from './propagation.ts';
import type { Settings } from './settings.ts';
import { logSites, sinkSites } from './sinks.ts';
import { collectSpanLife } from './collect-span-life.ts';
import type { SpanLifeFact } from './span-life.ts';

/** Facts of one file; every group is computed once, when it is first asked for. */
export interface FileFacts {
  readonly emissions: readonly EmissionFact[];
  readonly writes: readonly WriteFact[];
  readonly logs: readonly WriteFact[];
  readonly spanLife: readonly SpanLifeFact[];
  readonly propagation: readonly PropagationFact[];
}

/** Analyses one file of a workspace. */
export function analyze(module: Module, host: ModuleHost, settings: Settings): FileFacts {
  const ev = evaluatorOf(host, settings);
  const context: AnalysisContext = {
    module,
    host,
    settings,
    evaluate: (node, home = module) => ev.ask(node, home),
    moduleAt: (path) => ev.moduleAt(path),
  };
  return new LazyFacts(ev, context);
}

const evaluators = new WeakMap<ModuleHost, WeakMap<Settings, Evaluator>>();

function evaluatorOf(host: ModuleHost, settings: Settings): Evaluator {
  let bySettings = evaluators.get(host);
  if (!bySettings) evaluators.set(host, (bySettings = new WeakMap()));
  let ev = bySettings.get(settings);
  if (!ev) bySettings.set(settings, (ev = new Evaluator(host, settings)));
  return ev;
}

class LazyFacts implements FileFacts {
  readonly #ev: Evaluator;
  readonly #context: AnalysisContext;
  #emissions: readonly EmissionFact[] | undefined;
  #writes: readonly WriteFact[] | undefined;
  #logs: readonly WriteFact[] | undefined;
  #spanLife: readonly SpanLifeFact[] | undefined;
  #propagation: readonly PropagationFact[] | undefined;

  constructor(ev: Evaluator, context: AnalysisContext) {
    this.#ev = ev;
    this.#context = context;
  }

  get emissions(): readonly EmissionFact[] {
    const { module } = this.#context;
    return (this.#emissions ??= [
      ...sinkSites(this.#ev, module).filter((s) => s.sink.kind === 'metric-emit').map((s) => emissionFact(this.#ev, s, module)),
      ...configuredFacts(this.#ev, module),
      ...wrapperEmissions(this.#ev, module),
    ]);
  }

  get writes(): readonly WriteFact[] {
    const { module } = this.#context;
    return (this.#writes ??= [...sinkSites(this.#ev, module).flatMap((s) => writeFacts(this.#ev, s, module)), ...wrapperWrites(this.#ev, module)]);
  }

  get logs(): readonly WriteFact[] {
    const { module } = this.#context;
    return (this.#logs ??= logSites(this.#ev, module).flatMap((s) => writeFacts(this.#ev, s, module)));
  }

  get spanLife(): readonly SpanLifeFact[] {
    return (this.#spanLife ??= collectSpanLife(this.#ev, this.#context.module));
  }

  get propagation(): readonly PropagationFact[] {
    return (this.#propagation ??= collectPropagation(this.#context));
  }
}
