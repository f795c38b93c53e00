import { readFileSync } from 'node:fs';
import { INTERVAL } from './day.ts';

/** A panel of the generated dashboard, as far as it is drawn. */
export interface Panel {
  readonly type: 'row' | 'stat' | 'timeseries' | 'heatmap';
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly min?: number;
      readonly max?: number;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
    };
  };
}

/** A line of a panel. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** A panel with what Prometheus answered. */
export interface DrawnPanel {
  readonly panel: Panel;
  readonly lines: readonly Line[];
}

/** Times of the steps, in seconds since 1970. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The panels of a generated dashboard. */
export function readPanels(path: string): Panel[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as { panels: Panel[] }).panels;
}

const substituted = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', `${5 * INTERVAL}s`)
    .replaceAll('$job', '.+')
    .replaceAll('$instance', '.+');

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

async function linesOf(url: string, range: Range, expr: string, legend: string): Promise<Line[]> {
  const parameters = new URLSearchParams({ query: substituted(expr) });
  for (const [name, value] of Object.entries(range)) parameters.set(name, String(value));
  const { data } = (await (await fetch(`${url}/api/v1/query_range?${parameters.toString()}`)).json()) as Answer;
  const steps = Math.floor((range.end - range.start) / range.step) + 1;
  return data.result.map(({ metric, values }) => {
    const line: (number | null)[] = Array.from({ length: steps }, () => null);
    for (const [time, value] of values) {
      const number = Number(value);
      line[Math.round((time - range.start) / range.step)] = Number.isFinite(number) ? number : null;
    }
    return { name: legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ''), values: line };
  });
}

/** Asks Prometheus for everything that the panels show. */
export async function drawPanels(url: string, panels: readonly Panel[], range: Range): Promise<DrawnPanel[]> {
  return Promise.all(
    panels.map(async (panel) => {
      const lines = await Promise.all(
        (panel.targets ?? []).map(({ expr, legendFormat = '' }) => linesOf(url, range, expr, legendFormat)),
      );
      return { panel, lines: lines.flat() };
    }),
  );
}
