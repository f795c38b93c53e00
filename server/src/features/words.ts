import type { Series } from '../../../eslint-plugin/src/analysis/collect-series.ts';

/** Estimated series in words. */
export function seriesText(series: Series): string {
  if ('count' in series) return series.count === 1 ? '1 series' : `${series.count.toLocaleString('en-US')} series`;
  return 'unbounded' in series ? `unbounded series: ${series.unbounded}` : `series not known: ${series.unknown}`;
}

/** A number with its noun. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** A text in a Markdown sentence: nothing in it is taken for markup. */
export function plain(text: string): string {
  return text.replace(/[\\*_{}[\]<>#|]/g, '\\$&');
}
