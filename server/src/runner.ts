import { relative } from 'node:path';
import { analyze, prepare, type FileFacts } from '../../eslint-plugin/src/analysis/analyze.ts';
import type { HandlerFact } from '../../eslint-plugin/src/analysis/handler-facts.ts';
import { forgetAcrossFiles } from '../../eslint-plugin/src/analysis/epoch.ts';
import { mayMatter } from '../../eslint-plugin/src/host/prefilter.ts';
import { isTestPath } from '../../eslint-plugin/src/host/listing.ts';
import { Workspace } from '../../eslint-plugin/src/host/workspace.ts';
import { rules } from '../../eslint-plugin/src/rules/index.ts';
import {
  firstLine,
  optionsOf,
  sourceOf,
  type Problem,
  type RuleSource,
} from '../../eslint-plugin/src/rules/create-rule.ts';
import type { Config } from './config.ts';
import { withoutDisabled } from './directives.ts';
import type { Finding, Fix, RelatedLocation } from './findings.ts';
import { SourceFile } from './source-file.ts';
import { AskedTypes, type KnownTypes } from './types/asked-types.ts';
import type { Place } from './types/batch.ts';

/** Findings of one file, and why there are none where it could not be looked at. */
export interface FileResult {
  readonly path: string;
  readonly findings: readonly Finding[];
  /** Set where the file could not be parsed or read. */
  readonly error?: string;
}

/** Findings of one file as far as types are known, and the places of its text whose types would have mattered. */
export interface TypedResult {
  readonly result: FileResult;
  readonly text: string;
  readonly open: readonly Place[];
}

/** What the runner makes of a file; there are no facts where nothing in its text can matter. */
export interface Inspected {
  readonly result: FileResult;
  readonly facts: FileFacts | undefined;
}

interface ActiveRule {
  readonly id: string;
  readonly source: RuleSource<readonly unknown[], string>;
  readonly options: readonly unknown[];
  readonly severity: Finding['severity'];
}

/** Runs the rules of the plugin over the files of one folder, without ESLint: the editor and the command line use it. */
export class Runner {
  readonly root: string;
  readonly workspace: Workspace;
  readonly config: Config;
  readonly #rules: readonly ActiveRule[];

  constructor(root: string, config: Config, workspace = new Workspace(root)) {
    this.root = root;
    this.config = config;
    this.workspace = workspace;
    this.#rules = [...config.rules].flatMap(([name, { severity, options }]) => {
      // Checks of the workspace are not rules of a file.
      const source = Object.hasOwn(rules, name) ? sourceOf(rules[name as keyof typeof rules]) : undefined;
      return source ? [{ id: `telint/${name}`, source, options, severity }] : [];
    });
  }

  /**
   * Takes in a changed file: `text` is what an editor shows, without it the file on disk counts again. Facts of other
   * files that follow from this one stay as they were until `settle`, so that the next answer comes at once.
   */
  update(path: string, text?: string): void {
    this.workspace.update(path, text);
  }

  /** Forgets what was found across files; to be called when the editor is idle after changes. */
  settle(): void {
    forgetAcrossFiles();
  }

  /** What findings in any file need, in small steps; to be taken after `settle`. */
  prepare(): Iterable<void> {
    return prepare(this.workspace, this.config.settings);
  }

  /** Facts of a file; undefined where nothing in it can matter or it cannot be parsed. */
  facts(path: string): FileFacts | undefined {
    const text = this.workspace.text(path);
    if (text === undefined || !this.#isRelevant(path, text)) return undefined;
    return analyze(new SourceFile(path, text, this.workspace), this.workspace, this.config.settings);
  }

  /** Handlers of a file, whether it has any telemetry or not. */
  handlers(path: string): readonly HandlerFact[] {
    const text = this.workspace.text(path);
    if (text === undefined || isTestPath(relative(this.root, path)) || !mayHandle(path, text)) return [];
    return analyze(new SourceFile(path, text, this.workspace), this.workspace, this.config.settings).handlers;
  }

  /** Findings of a file of the folder, in source order. */
  lint(path: string): FileResult {
    return this.inspect(path).result;
  }

  /** Findings of a file and the facts that they follow from, for whoever needs both. */
  inspect(path: string): Inspected {
    const text = this.workspace.text(path);
    if (text === undefined)
      return { result: { path, findings: [], error: 'cannot be read, or is larger than 1 MB' }, facts: undefined };
    if (!this.#isRelevant(path, text)) return { result: { path, findings: [] }, facts: undefined };
    return this.#inspect(new SourceFile(path, text, this.workspace));
  }

  /**
   * Findings of a file with types; undefined where nothing in it can matter. What types tell is kept apart from what other
   * files are judged by: the file is parsed for this answer alone.
   */
  lintTyped(path: string, known: KnownTypes): TypedResult | undefined {
    const text = this.workspace.text(path);
    if (text === undefined || !this.#isRelevant(path, text)) return undefined;
    const file = new SourceFile(path, text, this.workspace, 'alone');
    const types = new AskedTypes(file, known);
    this.workspace.types = types;
    try {
      return { result: this.#inspect(file).result, text, open: types.open };
    } finally {
      this.workspace.types = undefined;
    }
  }

  #inspect(file: SourceFile): Inspected {
    const { path, text } = file;
    const facts = analyze(file, this.workspace, this.config.settings);
    const findings = this.#rules.flatMap((rule) => this.#findings(rule, facts, path, text));
    findings.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end || (a.rule < b.rule ? -1 : 1));
    const result = file.broken
      ? { path, findings: [], error: 'cannot be parsed' }
      : { path, findings: withoutDisabled(findings, text) };
    return { result, facts };
  }

  #isRelevant(path: string, text: string): boolean {
    return !isTestPath(relative(this.root, path)) && mayMatter(text, this.workspace, this.config.settings);
  }

  #findings({ id, source, options, severity }: ActiveRule, facts: FileFacts, path: string, text: string): Finding[] {
    const input = { options: optionsOf(source, options), text, filename: path, cwd: this.root };
    return [...source.check(facts, input)].map(
      (problem) =>
        new RuleFinding(problem, {
          rule: id,
          message: messageOf(source, problem),
          severity,
          path,
          range: firstLine(problem.range, text),
          ...this.#related(problem, path),
        }),
    );
  }

  #related({ related = [] }: Problem<string>, path: string): Pick<Finding, 'related'> {
    if (related.length === 0) return {};
    return {
      related: related.map((place) =>
        'range' in place
          ? { path, range: place.range, message: place.message }
          : {
              path: place.path,
              range: lineRange(this.workspace.text(place.path) ?? '', place.line),
              message: place.message,
              step: true,
            },
      ),
    };
  }
}

/** Words around handlers: methods of routers and queues, decorators, exports and names that platforms look for. */
const HANDLES =
  /\.(?:get|post|put|patch|delete|del|head|options|all|route|on|consume|run|process|subscribe|createConsumer|create|schedule\w*|createTask|action|query|mutation|subscription|define|addService|listen|use)\s*[(<]|@(?:Get|Post|Put|Patch|Delete|All|Head|Options|Sse|Query|Mutation|Subscription|GrpcMethod|GrpcStreamMethod|Cron|Interval|Timeout|Process|EventPattern|MessagePattern|Rabbit\w+|SqsMessageHandler)\(|createServer|[eE]ventHandler|defineHandler|\bnew\s+(?:\w+\.)*(?:Worker|Cron|CronJob|\w*Consumer|\w*Server)\b|resolvers|WorkerHost|aws-lambda|@middy\/core/;
const HANDLER_FILE = /[/\\](?:route|api[/\\].+)\.[cm]?[jt]sx?$/;

/** Can a file hold a handler? A cheap look at its text and path. */
function mayHandle(path: string, text: string): boolean {
  return HANDLES.test(text) || HANDLER_FILE.test(path);
}

/**
 * A finding whose fixes are found when they are asked for: whoever types sees findings, and hardly ever what repairs them.
 * A class, because an object literal with a getter has a hidden class of its own, which holds the tree of the file until
 * the next full collection.
 */
class RuleFinding implements Finding {
  readonly rule: string;
  readonly messageId: string;
  readonly message: string;
  readonly severity: Finding['severity'];
  readonly path: string;
  readonly range: Finding['range'];
  declare readonly related?: readonly RelatedLocation[];
  readonly #problem: Problem<string>;
  #fixes: readonly Fix[] | undefined;

  constructor(problem: Problem<string>, rest: Omit<Finding, 'fixes' | 'messageId' | 'hint'>) {
    this.#problem = problem;
    this.messageId = problem.messageId;
    this.rule = rest.rule;
    this.message = rest.message;
    this.severity = rest.severity;
    this.path = rest.path;
    this.range = rest.range;
    if (rest.related) this.related = rest.related;
  }

  get fixes(): readonly Fix[] {
    return (this.#fixes ??= (this.#problem.suggest?.() ?? []).map(({ title, edits, safe }) => ({
      title,
      edits,
      ...(safe ? { safe } : {}),
    })));
  }
}

/** What stands on a 1-based line, without its indentation. */
function lineRange(text: string, line: number): Finding['range'] {
  const start = lineStarts(text)[line - 1] ?? text.length;
  const newline = text.indexOf('\n', start);
  const content = text.slice(start, newline < 0 ? text.length : newline);
  const indent = content.length - content.trimStart().length;
  return { start: start + indent, end: start + Math.max(indent, content.trimEnd().length) };
}

let lined: { readonly text: string; readonly starts: readonly number[] } | undefined;

/** Offsets of lines; kept for the last text, because the steps of most traces are in one file. */
function lineStarts(text: string): readonly number[] {
  if (lined?.text !== text) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    lined = { text, starts };
  }
  return lined.starts;
}

function messageOf(source: ActiveRule['source'], problem: Problem<string>): string {
  const template = source.meta.messages[problem.messageId] ?? problem.messageId;
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (all, key: string) => String(problem.data?.[key] ?? all));
}
