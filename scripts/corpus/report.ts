/** Texts of the scores: for the terminal, for docs/accuracy.md and as JSON. */
import { table } from '../lib/markdown.ts';
import type { Outcome } from './matching.ts';
import { figuresOf, type PlanScore } from './score.ts';

const MOST_GROUPS = 12;

const rate = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(2));

/** Wrong rows, one per line, with what was said and why the row has its verdict. */
export function wrongRows({ plan, outcomes }: PlanScore): string[] {
  return outcomes
    .filter(({ cell }) => cell === 'missed' || cell === 'false')
    .map(({ cell, row, said }) => {
      const place = `${row.repo} ${row.path}:${row.line} ${row.key}`.trimEnd();
      const heard = said === undefined ? '' : `\n          said: ${said}`;
      return `${cell === 'missed' ? 'MISSED ' : 'FALSE  '} [${plan.id}] ${place} — ${row.reason}${heard}`;
    });
}

/** Figures per repository, where a plan has rows in more than one. */
export function repositoryLines({ outcomes }: PlanScore): string[] {
  return [...Map.groupBy(outcomes, ({ row }) => row.repo)].map(([repo, own]) => {
    const { found, missed, false: wrong, silent } = figuresOf(own);
    return `  ${repo.slice(0, 48).padEnd(50)} found ${found}/${found + missed}   false ${wrong}/${wrong + silent}`;
  });
}

/** One paragraph per score for the terminal. */
export function scoreLines(score: PlanScore): string[] {
  const { found, missed, false: wrong, silent, precision, recall } = figuresOf(score.outcomes);
  const unread = score.unread.length > 0 ? `, ${score.unread.length} rows not read` : '';
  return [
    `${score.plan.id.padEnd(48)} precision ${precision.toFixed(3)}   recall ${recall.toFixed(3)}   (found ${found}, missed ${missed}, false ${wrong}, silent and right ${silent}${unread})`,
    ...(score.plan.peers === undefined ? [] : [`${' '.repeat(48)} ${score.plan.peers}`]),
  ];
}

function scoreTable(scores: readonly PlanScore[]): string {
  const rows = scores.map((score) => {
    const { found, missed, false: wrong, silent, precision, recall } = figuresOf(score.outcomes);
    const { title, rules, peers } = score.plan;
    return [
      title,
      rules.map((rule) => `\`${rule}\``).join(', '),
      `${found} of ${found + missed}`,
      `${wrong} of ${wrong + silent}`,
      rate(precision),
      rate(recall),
      peers ?? '',
    ];
  });
  return table(['Rows', 'Rules', 'Found', 'False alarms', 'Precision', 'Recall', 'Other methods'], rows);
}

function breakdown(score: PlanScore): string {
  const rows = [...Map.groupBy(score.outcomes, ({ row }) => row.kind)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([kind, own]) => {
      const { found, missed, false: wrong, silent } = figuresOf(own);
      return [kind, `${found} of ${found + missed}`, `${wrong} of ${wrong + silent}`];
    });
  return table(['Kind of place', 'Found', 'False alarms'], rows);
}

/** Groups wrong rows by the reason of their verdict, the largest groups first. */
function reasonGroups(outcomes: readonly Outcome[], cell: Outcome['cell']): string[] {
  const groups = [
    ...Map.groupBy(
      outcomes.filter((outcome) => outcome.cell === cell),
      ({ row }) => row.reason,
    ),
  ]
    .toSorted(([a, as], [b, bs]) => bs.length - as.length || a.localeCompare(b))
    .map(([reason, own]) => `- ${own.length} × ${reason || '(no reason given)'}`);
  const rest = groups.length - MOST_GROUPS;
  return rest > 0 ? [...groups.slice(0, MOST_GROUPS), `- and ${rest} more reasons`] : groups;
}

function knownMistakes(score: PlanScore): string[] {
  const missed = reasonGroups(score.outcomes, 'missed');
  const wrong = reasonGroups(score.outcomes, 'false');
  if (missed.length + wrong.length === 0) return [];
  return [
    `### ${score.plan.title}`,
    breakdown(score),
    ...(missed.length > 0 ? ['Missed, by the reason of the verdict:', missed.join('\n')] : []),
    ...(wrong.length > 0 ? ['Reported although right:', wrong.join('\n')] : []),
  ];
}

/** The generated part of docs/accuracy.md. Published cases get figures only: their notes quote code of others. */
export function accuracyText(
  scores: readonly PlanScore[],
  withoutRule: readonly string[],
  names: string | undefined,
): string {
  const measured = scores.filter(({ outcomes }) => outcomes.length > 0);
  const services = measured.filter(({ plan }) => plan.table !== 'published-cases');
  const published = measured.filter(({ plan }) => plan.table === 'published-cases');
  return [
    '## Lines of real services',
    scoreTable(services),
    '## Cases that others published',
    'A real fix gives two rows: the line before the fix should be reported, the line after it should not.',
    scoreTable(published),
    ...(names === undefined ? [] : ['## Names and values of sensitive data', `\`\`\`text\n${names}\n\`\`\``]),
    ...(withoutRule.length > 0 ? ['## Not measured', `There is no rule yet for: ${withoutRule.join('; ')}.`] : []),
    '## Known mistakes',
    ...services.filter(({ plan }) => !plan.lean).flatMap(knownMistakes),
  ].join('\n\n');
}
