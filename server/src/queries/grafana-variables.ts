/** Variables of Grafana in PromQL: `$__rate_interval`, `$job`, `${job:regex}`, `[[job]]`. */

/** Part of a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A query that a parser of PromQL understands, as long as the original: offsets mean the same in both. */
export interface Substituted {
  readonly text: string;
  /** Where variables stood. */
  readonly variables: readonly Span[];
}

const VARIABLE = /\$\{\w+(?:[.:][^}]*)?\}|\$\w+|\[\[\w+(?::\w+)?\]\]/g;

/** What comes before a duration: the bracket or colon of a range, or `offset`. */
const BEFORE_DURATION = /(?:\[|\[[^\]]*:|\boffset\s+-?)\s*$/;
const DURATION = '5m';

/** Puts a duration or a name of the same length in the place of every variable. */
export function substituteVariables(query: string): Substituted {
  const variables: Span[] = [];
  const text = query.replace(VARIABLE, (variable, from: number) => {
    variables.push({ from, to: from + variable.length });
    const isDuration = BEFORE_DURATION.test(query.slice(0, from));
    return isDuration ? DURATION.padEnd(variable.length) : 'v'.repeat(variable.length);
  });
  return { text, variables };
}
