import type { AnalysisContext } from './context.ts';
import { CarrierSearch } from './propagation-carrier.ts';
import { collectCarriers } from './propagation-headers.ts';
import { collectConsumes } from './propagation-consume.ts';
import { TracingProject, isTestPath } from './propagation-coverage.ts';
import type { PropagationFact } from './propagation-facts.ts';
import { collectPublishes } from './propagation-publish.ts';
import { collectServerSpans } from './propagation-server.ts';

export type { PropagationFact, PropagationFix, PropagationProblem } from './propagation-facts.ts';

/** Places of one file where trace context does not cross a process, queue or thread although the project traces. */
export function collectPropagation(ctx: AnalysisContext): readonly PropagationFact[] {
  if (isTestPath(ctx.module.path)) return [];
  const project = new TracingProject(ctx);
  const carriers = new CarrierSearch(ctx);
  const facts = [...collectCarriers(ctx), ...collectServerSpans(ctx, project, carriers)];
  if (project.uses()) facts.push(...collectPublishes(ctx, project, carriers), ...collectConsumes(ctx, project, carriers));
  return facts;
}
