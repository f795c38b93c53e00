import { rangeOf, type Node } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { Range } from './facts.ts';
import { CarrierSearch } from './propagation-carrier.ts';
import { collectConsumes } from './propagation-consume.ts';
import { TracingProject, isTestPath } from './propagation-coverage.ts';
import type { PropagationDraft, PropagationFact } from './propagation-facts.ts';
import { collectCarriers } from './propagation-headers.ts';
import { collectOutbox } from './propagation-outbox.ts';
import { planOf } from './propagation-plan.ts';
import { collectPublishes } from './propagation-publish.ts';
import { collectServerSpans } from './propagation-server.ts';

export type { PropagationFact, PropagationProblem } from './propagation-facts.ts';
export type { PropagationPlan } from './propagation-plan.ts';

/** Places of one file where trace context does not cross a process, queue or thread although the project traces. */
export function collectPropagation(ctx: AnalysisContext): readonly PropagationFact[] {
  if (isTestPath(ctx.module.path, ctx.host)) return [];
  const project = new TracingProject(ctx);
  const carriers = new CarrierSearch(ctx);
  const drafts: PropagationDraft[] = [...collectCarriers(ctx), ...collectServerSpans(ctx, project, carriers)];
  if (project.uses()) {
    const publishes = collectPublishes(ctx, project, carriers);
    drafts.push(...publishes, ...collectOutbox(ctx, carriers, publishes), ...collectConsumes(ctx, project, carriers));
  }
  return drafts.map((d) => factOf(d, ctx));
}

function factOf({ node, evidence, target, ...common }: PropagationDraft, ctx: AnalysisContext): PropagationFact {
  return {
    ...common,
    range: range(node),
    evidence: evidence.map((e) => ({ text: e.text, range: range(e.node) })),
    plan: target ? planOf(target, ctx) : undefined,
  };
}

function range(node: Node): Range {
  const [start, end] = rangeOf(node);
  return { start, end };
}
