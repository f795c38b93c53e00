import { basename } from 'node:path';
import { uriOf } from '../documents.ts';
import type { Services } from './feature.ts';
import { rangeIn } from './feature.ts';
import type { Place } from './metric-places.ts';
import type { QueryName } from '../queries/query-names.ts';
import { count, plain } from './words.ts';

/** More places than anybody reads in a hover. */
const MAX_PLACES = 6;

/** Who asks, each once: "3 panels, 1 alert"; tests of rules count only where nothing else asks. */
export function askers(places: readonly QueryName[]): string {
  const kinds = new Map<string, Set<string>>();
  for (const { query, file } of places)
    if (query) {
      const { kind, title } = query.place;
      const noun = kind === 'recording rule' ? 'rule' : kind === 'annotation' ? 'panel' : kind;
      kinds.set(noun, (kinds.get(noun) ?? new Set()).add(`${file.path}\0${title}`));
    }
  if (kinds.size > 1) kinds.delete('rule test');
  const order = ['panel', 'alert', 'rule', 'variable', 'rule test'];
  return order.flatMap((noun) => (kinds.has(noun) ? [count(kinds.get(noun)?.size ?? 0, noun)] : [])).join(', ');
}

/** Places that ask, with links to them, as Markdown. */
export function askedIn(services: Services, places: readonly QueryName[]): string {
  if (places.length === 0) return '';
  const rows = new Map<string, string>();
  for (const place of places) {
    const { file, query } = place;
    const key = `${file.path}\0${query?.place.kind ?? ''}\0${query?.place.title ?? ''}`;
    if (rows.has(key)) continue;
    const { kind, title: name } = query?.place ?? { kind: 'rule test', title: '' };
    const title = name === '' ? kind : `${kind} “${plain(name)}”`;
    rows.set(key, `${title} (${linkTo(services, { path: file.path, range: place.range })})`);
  }
  const shown = [...rows.values()].slice(0, MAX_PLACES);
  const more = rows.size > shown.length ? ` and ${rows.size - shown.length} more` : '';
  return `Queried in ${shown.join(', ')}${more}.`;
}

/** A link to a place: `metrics.ts:3`. */
export function linkTo(services: Services, { path, range }: Place): string {
  const line = (rangeIn(services, path, range)?.start.line ?? 0) + 1;
  return `[${plain(basename(path))}:${line}](${uriOf(path)}#L${line})`;
}
