import { fit, paint, plural, print, WIDTH, wrap } from './output.ts';
import type { FiredAlert } from './prometheus.ts';
import type { LoopResult } from './loop.ts';
import { EXPECTED_ALERTS } from './loop.ts';
import { renderTrace } from './trace-tree.ts';

const SEVERITIES = ['critical', 'warning', 'info', 'none'] as const;
const SEVERITY_COLOURS = { critical: 'red', warning: 'yellow', info: 'cyan', none: 'gray' } as const;
const RUNBOOKS = 'dashboards/runbooks.md';

const rankOf = ({ severity }: FiredAlert): number => SEVERITIES.findIndex((one) => one === severity);

function printAlerts({ fired, missing, watcher, evaluates }: LoopResult): void {
  if (!evaluates) return;
  const known = new Set<string>(EXPECTED_ALERTS);
  print('', paint('bold', `Alerts that fired (${watcher}, rules of dashboards/prometheus/rules)`));
  for (const { name, severity, summary, runbook } of fired.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const colour = SEVERITY_COLOURS[SEVERITIES.find((one) => one === severity) ?? 'none'];
    const mark = known.has(name) ? paint('green', '✔') : ' ';
    print(`  ${mark} ${paint(colour, severity.padEnd(9))}${paint('bold', name)}`);
    print(...wrap(summary, ' '.repeat(13)));
    print(paint('dim', `${' '.repeat(13)}${RUNBOOKS}#${runbook.split('#')[1] ?? ''}`));
  }
  for (const name of missing) print(paint('red', `  ✘ ${name} should have fired and did not`));
}

function printFlood({ flood }: LoopResult): void {
  const { sent, series, folded, counted, requests } = flood;
  print(
    '',
    paint('bold', 'The flood of label values'),
    ...wrap(
      `${plural(sent, 'version')} were sent. shop_client_requests_total has ${series} series: ` +
        `${folded} writes were folded into __other__, and their sum is complete ` +
        `(${counted.toLocaleString('en')} of ${plural(requests, 'request')}).`,
      '  ',
    ),
  );
}

function printOutage({ outage }: LoopResult): void {
  const { seconds, accepted, received, dropped, mostQueued, mostSpooled } = outage;
  print(
    '',
    paint('bold', 'The outage of the collector'),
    ...wrap(
      `It was away for ${seconds.toFixed(0)} s. At worst ${mostQueued} spans waited in memory and ${mostSpooled} on ` +
        `disk. ${plural(accepted, 'span')} were made, ${received.toLocaleString('en')} arrived, ${dropped} were lost.`,
      '  ',
    ),
  );
}

function printTrace({ trace, gaps }: LoopResult): void {
  print('', paint('bold', 'One order: from HTTP over the queue to the database and the worker thread'));
  if (trace !== undefined) print(paint('dim', fit(`  trace ${trace.id}, ${trace.spans.length} spans`, WIDTH)));
  if (trace !== undefined) print(...renderTrace(trace));
  for (const gap of gaps) print(paint('red', `  ✘ missing: ${gap}`));
}

function printAnswers({ answers }: LoopResult): void {
  const byStatus = [...answers].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  print('', paint('bold', 'Answers'), ...wrap(byStatus.join(', '), '  '));
}

/** What does not hold; empty when everything does. */
export function problemsOf({ evaluates, missing, gaps, flood, outage }: LoopResult): string[] {
  const checks: [boolean, string][] = [
    [!evaluates || missing.length === 0, `These alerts did not fire: ${missing.join(', ')}.`],
    [gaps.length === 0, `The trace is not whole: ${gaps.join(', ')}.`],
    [flood.folded > 0 && flood.series <= 2 * 21, 'The flooded label is not bounded.'],
    [flood.counted === flood.requests, 'Requests are missing in the flooded metric.'],
    [outage.mostSpooled > 0, 'The outage never reached the disk.'],
    [outage.dropped === 0 && outage.received === outage.accepted, 'Spans were lost.'],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** Prints what the run showed. */
export function printLoop(result: LoopResult): void {
  printAnswers(result);
  printFlood(result);
  printOutage(result);
  printAlerts(result);
  printTrace(result);
}
