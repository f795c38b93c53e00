import { walkOwn } from './tree.ts';
import type { Target } from './target.ts';

/** A way to instrument a function: whether what it gives back is waited for. */
export interface Variant {
  readonly waits: boolean;
  /** Added to the title where there is a choice or something to know. */
  readonly note: string;
}

/** The ways that fit a function: two where nothing in the file says whether it returns a promise. */
export function variantsOf(target: Target, settles: string): readonly Variant[] {
  if (target.isGenerator) return [{ waits: false, note: '' }];
  if (target.isAsync) return [{ waits: true, note: '' }];
  const rejects = throwsItself(target) ? ' (what it throws at once becomes a rejection)' : '';
  switch (target.returns) {
    case 'promise':
      return [{ waits: true, note: rejects }];
    case 'unknown':
      return [
        { waits: false, note: '' },
        { waits: true, note: ` ${settles} its promise settles${rejects}` },
      ];
    default:
      return [{ waits: false, note: '' }];
  }
}

/** Why a function cannot be instrumented with code around its body; undefined where it can. */
export function obstacle(target: Target): string | undefined {
  if (target.refused !== undefined) return target.refused;
  if (!target.isAsync && !target.isGenerator && target.returns === 'mixed')
    return 'it may give back a promise or a value; make it `async`, or write its return type, first';
  return undefined;
}

function throwsItself(target: Target): boolean {
  let found = false;
  walkOwn(target.node.body, (n) => {
    found ||= n.type === 'ThrowStatement';
  });
  return found;
}
