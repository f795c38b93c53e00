import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Expression } from '../../server/src/queries/promql-expression.ts';
import { inRoot } from '../lib/paths.ts';

const FOLDER = inRoot('dashboards/prometheus/rules');

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** A duration of Prometheus (`1h30m`), so many times as short. */
export function scaleDuration(duration: string, speed: number): string {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== duration) {
    throw new Error(`${duration} is no duration of Prometheus.`);
  }
  const milliseconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
  return `${Math.max(1, Math.round(milliseconds / speed))}ms`;
}

/** An expression with its ranges and offsets so many times as short; names such as `…:rate5m` stay what they are. */
export function scaleExpression(query: string, speed: number): string {
  const expression = new Expression(query);
  let scaled = '';
  let end = 0;
  for (const node of expression.all(expression.tree.topNode, 'NumberDurationLiteralInDurationContext')) {
    scaled += query.slice(end, node.from) + scaleDuration(query.slice(node.from, node.to), speed);
    end = node.to;
  }
  return scaled + query.slice(end);
}

interface Rule {
  readonly expr: string;
  readonly for?: string;
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

function scaleRule(rule: Rule, speed: number): Rule {
  return {
    ...rule,
    expr: scaleExpression(rule.expr, speed),
    ...(rule.for !== undefined && { for: scaleDuration(rule.for, speed) }),
  };
}

/** The shipped rules in a time that runs faster, as files by name; JSON is YAML. */
export function scaledRuleFiles(speed: number): Record<string, string> {
  return Object.fromEntries(
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.yml'))
      .map((name) => {
        const { groups } = parse(readFileSync(join(FOLDER, name), 'utf8')) as RuleFile;
        const scaled = groups.map((group) => ({ ...group, rules: group.rules.map((rule) => scaleRule(rule, speed)) }));
        return [`rules-${name}`, JSON.stringify({ groups: scaled }, undefined, 1)];
      }),
  );
}
