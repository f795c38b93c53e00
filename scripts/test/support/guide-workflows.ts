import { parse } from 'yaml';
import { COMMANDS } from '../../../server/src/cli/run.ts';
import { parseArguments } from '../../../server/src/cli/parse-arguments.ts';

/** Keys of a workflow, of a job and of a step: docs.github.com/actions/reference/workflows-and-actions/workflow-syntax. */
const GITHUB = {
  workflow: ['name', 'run-name', 'on', 'permissions', 'env', 'defaults', 'concurrency', 'jobs'],
  job: [
    'name',
    'needs',
    'if',
    'runs-on',
    'permissions',
    'env',
    'strategy',
    'steps',
    'timeout-minutes',
    'container',
    'services',
  ],
  step: [
    'id',
    'if',
    'name',
    'uses',
    'run',
    'shell',
    'with',
    'env',
    'continue-on-error',
    'timeout-minutes',
    'working-directory',
  ],
};
/** Keys of a job: docs.gitlab.com/ci/yaml. */
const GITLAB_JOB = [
  'image',
  'stage',
  'rules',
  'cache',
  'before_script',
  'script',
  'after_script',
  'artifacts',
  'needs',
  'variables',
  'allow_failure',
  'services',
  'tags',
  'timeout',
];

type Tree = Readonly<Record<string, unknown>>;

const unknownKeys = (where: string, tree: Tree, known: readonly string[]): string[] =>
  Object.keys(tree).flatMap((key) => (known.includes(key) ? [] : [`${where}: ${key}`]));

/** What is wrong with a workflow of GitHub Actions. */
export function workflowProblems(text: string): string[] {
  const workflow = parse(text) as Tree;
  const problems = unknownKeys('workflow', workflow, GITHUB.workflow);
  if (!('on' in workflow)) problems.push('workflow: no `on`');
  for (const [name, job] of Object.entries((workflow['jobs'] ?? {}) as Record<string, Tree>)) {
    problems.push(...unknownKeys(name, job, GITHUB.job));
    if (typeof job['runs-on'] !== 'string') problems.push(`${name}: no runs-on`);
    const steps = (job['steps'] ?? []) as readonly Tree[];
    if (steps.length === 0) problems.push(`${name}: no steps`);
    for (const step of steps) {
      problems.push(...unknownKeys(name, step, GITHUB.step));
      if ('uses' in step === 'run' in step) problems.push(`${name}: a step has either uses or run`);
      if ('uses' in step && !/^[\w.-]+(?:\/[\w.-]+)+@v?\d/.test(String(step['uses'])))
        problems.push(`${name}: ${String(step['uses'])}`);
      const { permissions } = workflow as { permissions?: Record<string, string> };
      if (String(step['uses']).includes('upload-sarif') && permissions?.['security-events'] !== 'write')
        problems.push(`${name}: uploading needs security-events: write`);
    }
  }
  return problems;
}

/** What is wrong with a pipeline of GitLab that has jobs only. */
export function pipelineProblems(text: string): string[] {
  return Object.entries(parse(text) as Record<string, Tree>).flatMap(([name, job]) => [
    ...unknownKeys(name, job, GITLAB_JOB),
    ...(Array.isArray(job['script']) && job['script'].every((line) => typeof line === 'string')
      ? []
      : [`${name}: script`]),
  ]);
}

/** Calls of `telint` in a text, with what its own parser of arguments says to each; `undefined` when it takes them. */
export function telintCalls(text: string): Map<string, string | undefined> {
  const calls = [...text.matchAll(/(?<=npx |[" ]|^)telint ((?:check|coverage|metrics|mcp)\b[^\n`"|>\\]*)/gm)];
  return new Map(
    calls.map(([, words = '']) => {
      const call = words.trim();
      const [name, ...args] = call.split(/\s+/);
      const command = COMMANDS.find((known) => known.name === name);
      try {
        if (command === undefined) return [call, 'no such command'];
        parseArguments(command, args);
        return [call, undefined];
      } catch (error) {
        return [call, String(error)];
      }
    }),
  );
}
