import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { compileBlocks, docsBlocks } from '../../runtime/test/support/docs-compiler.ts';
import { CORE_METRICS } from '../../runtime/src/core-metrics-table.ts';
import type { CoreMetric } from '../../runtime/src/core-metrics-labels.ts';
import { parsePromql } from '../../server/src/queries/promql.ts';
import { inRoot } from '../lib/paths.ts';
import { guideBlocks } from './support/guide-blocks.ts';
import { pipelineProblems, telintCalls, workflowProblems } from './support/guide-workflows.ts';

const read = (file: string): string => readFileSync(inRoot(file), 'utf8');
const pages = globSync('docs/*.md', { cwd: inRoot('.') }).sort();
const GUIDES = ['opentelemetry', 'distributed-tracing', 'metrics-and-dashboards', 'alert-response', 'ci'];
const blocksOf = (guide: string): ReturnType<typeof guideBlocks> => guideBlocks(read(`docs/${guide}.md`));
const LANGUAGES = new Set(['ts', 'sh', 'text', 'yaml', 'json', 'diff', 'promql']);

describe('blocks of the guides', () => {
  it('in TypeScript compile against the real packages', { timeout: 300_000 }, () => {
    const blocks = GUIDES.flatMap((guide) => docsBlocks(`docs/${guide}.md`, read(`docs/${guide}.md`)));
    expect(blocks.length).toBeGreaterThan(5);
    expect(compileBlocks(blocks)).toEqual([]);
  });

  it('have a language that a test looks at', () => {
    for (const guide of [...GUIDES, 'instrument-a-service'])
      expect(blocksOf(guide).filter(({ language }) => !LANGUAGES.has(language))).toEqual([]);
  });

  it('in YAML and JSON can be read', () => {
    for (const guide of [...GUIDES, 'instrument-a-service'])
      for (const { language, line, text } of blocksOf(guide)) {
        if (language !== 'yaml' && language !== 'json') continue;
        expect(
          parseAllDocuments(text).flatMap(({ errors }) => errors),
          `${guide}:${String(line)}`,
        ).toEqual([]);
      }
  });

  it('in PromQL parse and name metrics and labels of the runtime', () => {
    const metrics = new Map(
      Object.values(CORE_METRICS)
        .flatMap((set) => Object.values(set) as CoreMetric[])
        .map(({ name, labels }) => [name, Object.keys(labels)]),
    );
    const base = (name = ''): string => name.replace(/_(?:bucket|count|sum)$/, '');
    const queries = GUIDES.flatMap(blocksOf).filter(({ language }) => language === 'promql');
    expect(queries.length).toBeGreaterThanOrEqual(3);
    for (const { text } of queries) {
      const names = parsePromql(text);
      expect(names.errors, text).toEqual([]);
      expect(names.metrics.length).toBeGreaterThan(0);
      for (const { name } of names.metrics) expect(metrics.has(base(name)), name).toBe(true);
      for (const label of names.labels)
        for (const metric of label.metrics) expect(['le', ...(metrics.get(base(metric)) ?? [])]).toContain(label.name);
    }
  });
});

describe('docs/ci.md', () => {
  const file = (name: string): string => blocksOf('ci').find((block) => block.file === name)?.text ?? '';

  it.each(['telemetry', 'telemetry-annotations'])('%s is a workflow', (name) => {
    expect(workflowProblems(file(`.github/workflows/${name}.yml`))).toEqual([]);
  });

  it('has a pipeline of GitLab', () => {
    expect(pipelineProblems(file('.gitlab-ci.yml'))).toEqual([]);
  });

  it('the workflow of this repository is one too', () => {
    const workflow = read('.github/workflows/ci.yml');
    expect(workflowProblems(workflow)).toEqual([]);
    // On a runner the set-up of the tests may not install packages itself.
    const packages = [...read('scripts/lib/services.ts').matchAll(/debian: '([\w-]+)'/g)].map(([, name = '']) => name);
    expect(packages.length).toBeGreaterThan(4);
    expect(packages.filter((name) => !workflow.split(/\s+/).includes(name))).toEqual([]);
  });

  it('what is wrong is found', () => {
    const workflow = file('.github/workflows/telemetry.yml');
    expect(workflowProblems(workflow.replace('security-events: write', 'actions: read'))).toHaveLength(1);
    expect(workflowProblems(workflow.replace('runs-on:', 'run-on:'))).toHaveLength(2);
    expect(workflowProblems(workflow.replace('- run: npm ci', '- name: install'))).toHaveLength(1);
    expect(pipelineProblems(file('.gitlab-ci.yml').replace('script:', 'scripts:'))).toHaveLength(2);
  });
});

describe('calls of telint', () => {
  it('in all guides are taken by its own parser of arguments', () => {
    const calls = [...GUIDES, 'instrument-a-service'].flatMap((guide) => [...telintCalls(read(`docs/${guide}.md`))]);
    expect(calls.filter(([, problem]) => problem !== undefined)).toEqual([]);
    expect(calls.map(([call]) => call)).toEqual(
      expect.arrayContaining(['check --format sarif', 'coverage --min 80', 'check --quiet']),
    );
  });

  it('with options that do not exist are found', () => {
    const [[, problem] = []] = telintCalls('npx telint check --formatt sarif');
    expect(problem).toContain('formatt');
    expect([...telintCalls('npx telint check --format xml').values()]).toEqual([expect.stringContaining('xml')]);
  });
});

it('docs/alert-response.md has every alert of the runbooks in one class, and no other', () => {
  const alerts = [...read('dashboards/runbooks.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  const [table = ''] = /^\| class [^]*?\n\n/m.exec(read('docs/alert-response.md')) ?? [];
  const cells = table.split('\n').map((row) => row.split('|')[2] ?? '');
  const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(alerts.sort());
});

it('links of the pages lead to files and headings that exist', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const broken = [...pages, 'README.md'].flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)].flatMap(([link, target, anchor]) => {
      try {
        const url = target === '' || target === undefined ? inRoot(page) : new URL(target, `file://${inRoot(page)}`);
        if (anchor === undefined && String(url).endsWith('/')) return [];
        const content = readFileSync(url, 'utf8');
        const headings = [...content.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));
        return anchor === undefined || headings.includes(anchor) ? [] : [`${page}: ${link}`];
      } catch {
        return [`${page}: ${link}`];
      }
    }),
  );
  expect(broken).toEqual([]);
});
