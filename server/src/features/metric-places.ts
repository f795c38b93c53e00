import type { LabelFact } from '../../../eslint-plugin/src/analysis/facts.ts';
import type { TextRange } from '../findings.ts';
import { keyRange } from '../metric-index.ts';
import type { Services } from './feature.ts';

/** A part of a file. */
export interface Place {
  readonly path: string;
  readonly range: TextRange;
}

/** Text of a file as the editor shows it, else as it is on disk; empty where it cannot be read. */
export function textOf({ session }: Services, path: string): string {
  return session.projects.of(path).runner.workspace.text(path) ?? '';
}

/** Where the key of a label is written: in the call, or in the object that is handed to it, of any file; none where that is not seen. */
export function labelPlaces(services: Services, path: string, label: LabelFact): readonly Place[] {
  const place = sourceOf(path, label);
  if (!place) return [];
  const range = keyRange(textOf(services, place.path), label.key, place.range);
  return range ? [{ path: place.path, range }] : [];
}

function sourceOf(path: string, { form, range, editRange, origin }: LabelFact): Place | undefined {
  if (editRange) return { path, range: editRange };
  if (origin !== undefined) {
    const colon = origin.lastIndexOf(':');
    const start = Number(origin.slice(colon + 1));
    return { path: origin.slice(0, colon), range: { start, end: start + 200 } };
  }
  return form === 'property' || form === 'shorthand' || form === 'assignment' ? { path, range } : undefined;
}
