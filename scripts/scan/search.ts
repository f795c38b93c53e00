import type { Disguise } from './seeds.ts';

/** A text that left the service, and where. */
export interface Emission {
  readonly place: string;
  readonly text: string;
}

/** A seed that was found where it must not be. */
export interface Leak {
  readonly kind: string;
  readonly form: string;
  readonly place: string;
  /** The text around it, without the seed itself. */
  readonly excerpt: string;
}

const AROUND = 60;

/** Every seed in any of its forms in what left the service; letters of either case. */
export function findLeaks(emissions: Iterable<Emission>, disguises: readonly Disguise[]): Leak[] {
  const leaks: Leak[] = [];
  const sought = disguises.map((disguise) => ({ ...disguise, lower: disguise.text.toLowerCase() }));
  for (const { place, text } of emissions) {
    const lower = text.toLowerCase();
    for (const { kind, form, lower: wanted } of sought) {
      const at = lower.indexOf(wanted);
      if (at < 0) continue;
      const before = text.slice(Math.max(0, at - AROUND), at);
      const after = text.slice(at + wanted.length, at + wanted.length + AROUND);
      leaks.push({ kind, form, place, excerpt: `${before}<${kind}>${after}`.replace(/\s+/g, ' ') });
    }
  }
  return leaks;
}
