/** Rule files of Prometheus, their tests for promtool, and the runbooks. */
import { ALERT_GROUPS } from './alerts/index.ts';
import type { Alert, AlertGroup, RuleTest } from './alerts/alert.ts';
import { RECORDING_GROUPS } from './recording-rules.ts';

/** Where the runbooks are read; every alert links to its heading there. */
export const RUNBOOKS = 'https://github.com/telint/telint/blob/main/dashboards/runbooks.md';

const RECORDING_FILE = 'recording.yml';

const runbookUrl = (alert: Alert): string => `${RUNBOOKS}#${alert.name.toLowerCase()}`;

function ruleOf(alert: Alert): object {
  return {
    alert: alert.name,
    expr: alert.expr,
    ...(alert.for === undefined ? {} : { for: alert.for }),
    labels: { severity: alert.severity },
    annotations: { summary: alert.summary, description: alert.description, runbook_url: runbookUrl(alert) },
  };
}

/** Content of the rule files by name. */
export function ruleFiles(): Map<string, object> {
  const recording = {
    groups: RECORDING_GROUPS.map(({ name, rules }) => ({
      name,
      rules: rules.map(({ name: record, expr }) => ({ record, expr })),
    })),
  };
  const alerting = ALERT_GROUPS.map(({ name, alerts }): [string, object] => [
    `${name}.yml`,
    { groups: [{ name, rules: alerts.map(ruleOf) }] },
  ]);
  return new Map([[RECORDING_FILE, recording], ...alerting]);
}

function testOf(alert: Alert, test: RuleTest): object {
  return {
    name: `${alert.name}: ${test.title}`,
    interval: test.interval ?? '30s',
    input_series: test.series,
    alert_rule_test: [
      {
        eval_time: test.at,
        alertname: alert.name,
        exp_alerts: test.fires.map(({ labels, summary, description }) => ({
          exp_labels: { severity: alert.severity, ...labels },
          exp_annotations: { summary, description, runbook_url: runbookUrl(alert) },
        })),
      },
    ],
  };
}

/** Content of the test files by name. */
export function ruleTestFiles(): Map<string, object> {
  const testFile = ({ name, alerts, testEvaluation = '30s' }: AlertGroup): [string, object] => [
    `${name}.test.yml`,
    {
      rule_files: [`../rules/${RECORDING_FILE}`, `../rules/${name}.yml`],
      evaluation_interval: testEvaluation,
      tests: alerts.flatMap((alert) => alert.tests.map((test) => testOf(alert, test))),
    },
  ];
  return new Map(ALERT_GROUPS.map(testFile));
}

/** The runbooks: one heading per alert. */
export function runbooks(): string {
  const section = (alert: Alert): string =>
    [
      `## ${alert.name}`,
      `Severity: ${alert.severity}${alert.for === undefined ? '' : `, after ${alert.for}`}`,
      ['```promql', alert.expr, '```'].join('\n'),
      `**Meaning.** ${alert.runbook.meaning}`,
      `**Impact.** ${alert.runbook.impact}`,
      alert.runbook.steps.map((step, i) => `${i + 1}. ${step}`).join('\n'),
    ].join('\n\n');
  return [
    '# Runbooks',
    'Written by `npm run generate` from `dashboards/src/alerts/`: change the text there.',
    ...ALERT_GROUPS.flatMap(({ alerts }) => alerts.map(section)),
    '',
  ].join('\n\n');
}
