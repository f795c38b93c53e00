import { analyze, type FileFacts } from '../../src/analysis/analyze.ts';
import type { TSESTree } from '../../src/analysis/ast.ts';
import type { InventoryFact } from '../../src/analysis/collect-inventory.ts';
import { labelDomains, seriesOf, type Series } from '../../src/analysis/collect-series.ts';
import { isolatedHost } from '../../src/analysis/host.ts';
import { moduleOf } from '../../src/analysis/module.ts';
import { defaultSettings } from '../../src/analysis/settings.ts';
import { parseFile } from '../../src/host/parse.ts';

/** Every group of facts about a tree; all of them are computed. */
export function factsOfTree(text: string, ast: TSESTree.Program): FileFacts {
  const facts = analyze(moduleOf({ path: '/workspace/src/file.ts', text, ast }), isolatedHost, defaultSettings);
  return {
    emissions: facts.emissions,
    writes: facts.writes,
    logs: facts.logs,
    spanLife: facts.spanLife,
    propagation: facts.propagation,
    inventory: facts.inventory,
    handlers: facts.handlers,
  };
}

/** The same for a text, parsed by the parser that reads the other files of a workspace; undefined when it cannot be parsed. */
export function factsOfText(text: string): FileFacts | undefined {
  const file = parseFile('/workspace/src/file.ts', text);
  return file && factsOfTree(text, file.ast);
}

/** Estimated series of each metric that a file defines, from its own writes. */
export function seriesIn({ metrics, uses }: InventoryFact): Series[] {
  return metrics.map((metric) => {
    const own = uses.filter(({ definitions }) => definitions.some(({ start }) => start === metric.range.start));
    return seriesOf(metric, labelDomains(metric, own), own.length > 0);
  });
}
