import type { TSESLint } from '@typescript-eslint/utils';
import type { FileFacts } from '../analysis/analyze.ts';
import type { Range, TraceStep, WriteFact } from '../analysis/facts.ts';
import { factsOf } from '../host/load-engine.ts';
import type { Edit } from '../fixes/edits.ts';
import type { Preset } from '../presets.ts';

/** Documentation part of a rule's meta. */
export interface TelintDocs {
  readonly description: string;
  /** Preset that turns the rule on; `all` has every rule. */
  readonly recommended: Preset;
  readonly url?: string;
}

/** A fix: a title that says what it will do, and the edits. A person chooses it, unless it is safe. */
export interface Suggestion {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** Neither what the program does nor its telemetry can change: ESLint's `--fix` and "fix all" of editors apply it. */
  readonly safe?: boolean;
}

/** A place that explains a problem: a range of the file itself, or a 1-based line of any file. */
export type RelatedPlace =
  | { readonly message: string; readonly range: Range }
  | { readonly message: string; readonly path: string; readonly line: number };

/** What a rule reports about a range of the file. */
export interface Problem<M extends string> {
  readonly range: Range;
  readonly messageId: M;
  readonly data?: Readonly<Record<string, string | number>>;
  /** Finding fixes takes longer than finding problems, and editors ask for the few under the cursor. */
  readonly suggest?: () => readonly Suggestion[];
  /** The trace as places, from the sink towards the source; for hosts that can show it. */
  readonly related?: readonly RelatedPlace[];
}

/** A rule as its file writes it: meta data, and a function from facts to problems. */
export interface RuleSource<O extends readonly unknown[], M extends string> {
  readonly name: string;
  readonly meta: {
    readonly type: 'problem' | 'suggestion';
    readonly docs: TelintDocs;
    readonly messages: Readonly<Record<M, string>>;
    readonly schema: readonly Record<string, unknown>[];
    readonly defaultOptions: O;
    /** The rule has fixes that are safe. */
    readonly fixable?: 'code';
    readonly hasSuggestions?: boolean;
  };
  check(facts: FileFacts, context: RuleInput<O>): Iterable<Problem<M>>;
}

/** What a rule may look at beside the facts. */
export interface RuleInput<O extends readonly unknown[]> {
  readonly options: O;
  readonly text: string;
  readonly filename: string;
  /** Folder that ESLint runs in. */
  readonly cwd: string;
}

type TelintRule<O extends readonly unknown[], M extends string> = TSESLint.RuleModule<M | 'fix', [...O], TelintDocs> & {
  readonly name: string;
};

const DOCS = 'https://github.com/telint/telint/blob/main/eslint-plugin/docs/rules';

/** Makes an ESLint rule (in the shape of typescript-eslint's RuleCreator) of a function from facts to problems. */
export function createRule<O extends readonly unknown[], M extends string>(source: RuleSource<O, M>): TelintRule<O, M> {
  const meta = {
    ...source.meta,
    docs: { ...source.meta.docs, url: `${DOCS}/${source.name}.md` },
    messages: { ...source.meta.messages, fix: '{{title}}' },
    hasSuggestions: true,
  };
  const rule = {
    name: source.name,
    meta,
    create(context: Readonly<TSESLint.RuleContext<M | 'fix', [...O]>>): TSESLint.RuleListener {
      return {
        Program(): void {
          const facts = factsOf(context);
          if (!facts) return;
          const { sourceCode } = context;
          const options = optionsOf(source, context.options);
          const loc = (r: Range) => {
            const { start, end } = firstLine(r, sourceCode.text);
            return { start: sourceCode.getLocFromIndex(start), end: sourceCode.getLocFromIndex(end) };
          };
          for (const p of source.check(facts, {
            options,
            text: sourceCode.text,
            filename: context.filename,
            cwd: context.cwd,
          })) {
            const suggestions = p.suggest?.() ?? [];
            const safe = source.meta.fixable && suggestions.find((s) => s.safe);
            const fixOf =
              ({ edits }: Suggestion) =>
              (fixer: TSESLint.RuleFixer) =>
                edits.map((e) => fixer.replaceTextRange([e.start, e.end], e.text));
            context.report({
              loc: loc(p.range),
              messageId: p.messageId,
              ...(p.data ? { data: p.data } : {}),
              fix: safe ? fixOf(safe) : null,
              suggest: suggestions
                .filter((s) => s !== safe)
                .map((s) => ({ messageId: 'fix' as const, data: { title: s.title }, fix: fixOf(s) })),
            });
          }
        },
      };
    },
  };
  sources.set(rule, source);
  return rule as unknown as TelintRule<O, M>;
}

const sources = new WeakMap<object, RuleSource<readonly unknown[], string>>();

/** What the file of a rule says, for hosts that run rules without ESLint. */
export function sourceOf(rule: object): RuleSource<readonly unknown[], string> | undefined {
  return sources.get(rule);
}

/** Options of a rule with its defaults filled in. */
export function optionsOf<O extends readonly unknown[]>(
  { meta }: Pick<RuleSource<O, string>, 'meta'>,
  given: readonly unknown[],
): O {
  return meta.defaultOptions.map((base, i) => merge(base, given[i])) as unknown as O;
}

/** What of a range is underlined: its first line, since what follows is another matter. */
export function firstLine({ start, end }: Range, text: string): Range {
  const newline = text.indexOf('\n', start);
  return { start, end: newline >= 0 && newline < end ? newline : end };
}

function merge(base: unknown, given: unknown): unknown {
  if (given === undefined) return base;
  return typeof base === 'object' && base !== null && typeof given === 'object' && given !== null
    ? { ...base, ...given }
    : given;
}

/** The trace of a fact in words: "`path` ← `req.path` (routes.ts:12)". */
export function traceText(trace: readonly TraceStep[], first?: string): string {
  const parts: string[] = [];
  for (const s of trace) {
    if (s.text === `\`${first ?? ''}\`` || parts.some((p) => p.startsWith(`${s.text} (`) || p === s.text)) continue;
    parts.push(`${s.text} (${s.foreign ? `${s.path.split(/[/\\]/).slice(-1).join('/')}:` : 'line '}${s.line})`);
  }
  return parts.join(' ← ');
}

/** The steps of a trace as places. */
export function tracePlaces(trace: readonly TraceStep[]): readonly RelatedPlace[] {
  return trace.map(({ text, path, line }) => ({ message: text, path, line }));
}

const PARTS = {
  attribute: 'Attribute',
  name: 'The name',
  event: 'Event',
  status: 'The status',
  exception: 'The exception',
  entry: 'Entry',
  argument: 'The text',
  resource: 'Resource attribute',
} as const;

/** What part of a write a message is about: "Attribute `user.email`", "Attribute `url.full` (`ATTR_URL_FULL`)". */
export function partText(write: Pick<WriteFact, 'part' | 'key' | 'keyText'>): string {
  const { part, key, keyText } = write;
  const shown = key === undefined || key === '*' ? keyText : key;
  if (shown === undefined) return PARTS[part];
  return keyText !== undefined && keyText !== shown
    ? `${PARTS[part]} \`${shown}\` (\`${keyText}\`)`
    : `${PARTS[part]} \`${shown}\``;
}
