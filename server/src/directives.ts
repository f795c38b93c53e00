import type { Finding } from './findings.ts';

/** One comment that switches rules off or on; without rules it is about all of them. */
interface Directive {
  readonly kind: 'disable' | 'enable' | 'line' | 'next-line';
  readonly rules: ReadonlySet<string> | undefined;
  readonly start: number;
  readonly end: number;
}

const COMMENT =
  /\/\*\s*eslint-(disable|enable)(-line|-next-line)?(?:\s+((?:(?!\*\/)[\s\S])*?))?\s*\*\/|\/\/[^\S\n]*eslint-disable(-line|-next-line)(?:[^\S\n]+([^\n]*))?/g;

/** The same in YAML. */
const YAML_COMMENT = /(?<=^|\s)#[^\S\n]*eslint-(disable|enable)(-line|-next-line)?(?:[^\S\n]+([^\n]*))?/gm;

/** Has a file comments of YAML? */
export function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

/** Leaves out what ESLint's own comments switch off in a file, so that one comment serves the editor, the command line and ESLint. */
export function withoutDisabled(findings: readonly Finding[], text: string): readonly Finding[] {
  const [first] = findings;
  if (!first || !text.includes('eslint-disable')) return findings;
  const directives = directivesOf(text, isYaml(first.path) ? YAML_COMMENT : COMMENT);
  return findings.filter((finding) => !isDisabled(finding, directives, text));
}

function directivesOf(text: string, comment: RegExp): readonly Directive[] {
  return [...text.matchAll(comment)].map((match) => {
    const [whole, verb, scope = '', list = '', lineScope, lineList = ''] = match;
    const suffix = lineScope ?? scope;
    const names = (list === '' ? lineList : list).split(/\s-{2,}\s/)[0] ?? '';
    const rules = names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    return {
      kind: suffix === '' ? (verb === 'enable' ? 'enable' : 'disable') : suffix === '-line' ? 'line' : 'next-line',
      rules: rules.length === 0 ? undefined : new Set(rules),
      start: match.index,
      end: match.index + whole.length,
    };
  });
}

function isDisabled(finding: Finding, directives: readonly Directive[], text: string): boolean {
  const { start } = finding.range;
  let off = false;
  for (const { kind, rules, start: from, end } of directives) {
    if (rules && !rules.has(finding.rule)) continue;
    if (kind === 'line' && lineOf(text, from) === lineOf(text, start)) return true;
    if (kind === 'next-line' && lineOf(text, end) + 1 === lineOf(text, start)) return true;
    if (from > start) continue;
    if (kind === 'disable') off = true;
    if (kind === 'enable') off = false;
  }
  return off;
}

function lineOf(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
