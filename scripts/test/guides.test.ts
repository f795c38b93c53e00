import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import * as alertmanager from '../../runtime/test/services/alertmanager.ts';
import { startAlertmanager } from '../../runtime/test/services/alertmanager.ts';
import { describeWith } from '../../runtime/test/services/process.ts';
import * as prometheus from '../../runtime/test/services/prometheus.ts';
import { startPrometheus } from '../../runtime/test/services/prometheus.ts';
import { createAuthority } from '../../runtime/test/support/certificates.ts';
import { inRoot } from '../lib/paths.ts';
import { followGuide } from './support/follow-guide.ts';
import { applyDiff, guideBlocks, missingLines } from './support/guide-blocks.ts';
import { GuideProject } from './support/guide-project.ts';

const SERVICE = { name: 'shop', version: '1.0.0', private: true, type: 'module', dependencies: { express: '^5.3.0' } };

let project: GuideProject | undefined;
afterEach(async () => {
  await project?.remove();
});

const blocksOf = (page: string): ReturnType<typeof guideBlocks> =>
  guideBlocks(readFileSync(inRoot(`docs/${page}`), 'utf8'));

describe('docs/instrument-a-service.md', () => {
  it('leads from a service without telemetry to spans, metrics and an alert', { timeout: 900_000 }, async () => {
    project = new GuideProject(SERVICE);
    const blocks = blocksOf('instrument-a-service.md');
    expect(await followGuide('instrument-a-service.md', blocks, project)).toBe(blocks.length);
    expect(blocks.length).toBeGreaterThan(20);
    project.write('tsconfig.base.json', readFileSync(inRoot('tsconfig.base.json'), 'utf8'));
    // The service alone: `observability/` and `telint/` are copies of folders that have a project of their own.
    project.write('tsconfig.json', JSON.stringify({ extends: './tsconfig.base.json', include: ['src'] }));
    expect(project.run('tsc -p .')).toEqual({ output: '', status: 0 });
  });
});

describe('docs/ci.md', () => {
  it('holds findings back at the commit, with a baseline and without', { timeout: 600_000 }, async () => {
    project = new GuideProject(SERVICE);
    const bad = (label: string): string =>
      `import { Counter } from 'prom-client';\nimport express from 'express';\nconst views = new Counter({ name: 'views_total', help: 'Views.', labelNames: ['path'] });\nexpress().get('/:id', (req, res) => { views.inc({ path: ${label} }); res.end(); });\n`;
    project.write('src/app.js', bad('req.originalUrl'));
    project.write('.gitignore', 'node_modules\n*.sarif\ntelint\n');
    project.copy('dashboards', 'telint/dashboards');
    const commit = 'git add . && git -c user.name=me -c user.email=me@example.com commit -q -m test';
    expect(project.run('git init -q').status).toBe(0);
    const blocks = blocksOf('ci.md');
    const hook = blocks.findIndex(({ text }) => text.includes('core.hooksPath')) + 1;
    await followGuide('ci.md', blocks.slice(0, hook), project);
    expect(JSON.parse(project.read('telint.sarif'))).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'telint/no-unbounded-metric-labels' }] }],
    });
    expect(project.run(commit)).toMatchObject({ status: 1, output: expect.stringContaining('no-unbounded') as string });

    await followGuide('ci.md', blocks.slice(hook), project);
    // The baseline was written and pruned, and the finding of before is still in it.
    expect(project.run(commit)).toMatchObject({ status: 0 });
    project.write('src/new.js', bad('req.url').replace('views_total', 'other_views_total'));
    expect(project.run(commit)).toMatchObject({ status: 1, output: expect.stringContaining('src/new.js') as string });
    const json = blocks.find(({ language }) => language === 'json')?.text ?? '';
    const [staged] = Object.values(JSON.parse(json) as Record<string, string>);
    expect(project.run(`npx ${String(staged)} src/new.js`).status).toBe(1);
    expect(project.run(`npx ${String(staged)} src/app.js`).status).toBe(0);
  });
});

describe('docs/distributed-tracing.md', () => {
  it('has a program that makes one trace over a queue', { timeout: 600_000 }, async () => {
    project = new GuideProject(SERVICE);
    const blocks = blocksOf('distributed-tracing.md').filter(
      ({ file, language }) => file !== undefined || language === 'sh',
    );
    expect(await followGuide('distributed-tracing.md', blocks, project)).toBe(2);
    const lines = (): string[][] =>
      (project as GuideProject)
        .run('node queue.mts')
        .output.trim()
        .split('\n')
        .map((line) => line.split(' '));
    const [producer, consumer] = lines();
    expect([producer?.[0], consumer?.[0]]).toEqual(['producer', 'consumer']);
    expect(producer?.[1]).toMatch(/^[\da-f]{32}$/);
    expect(consumer?.[1]).toBe(producer?.[1]);
    project.write('queue.mts', project.read('queue.mts').replace('inject({})', '{}'));
    const [first, second] = lines();
    expect(second?.[1]).not.toBe(first?.[1]);
  });
});

describe('docs/opentelemetry.md and docs/metrics-and-dashboards.md', () => {
  it('have commands that run', { timeout: 600_000 }, async () => {
    project = new GuideProject({ ...SERVICE, dependencies: {} });
    const { cert } = createAuthority('collector');
    project.write('certs/ca.pem', cert);
    project.write(
      'app.mjs',
      `import { createServer } from 'node:http';
for (const name of ['PORT', 'OTEL_EXPORTER_PROMETHEUS_PORT'])
  createServer((request, response) => response.end('ok')).listen(Number(process.env[name]), '127.0.0.1');
`,
    );
    await followGuide('opentelemetry.md', blocksOf('opentelemetry.md'), project);
    await followGuide('metrics-and-dashboards.md', blocksOf('metrics-and-dashboards.md'), project);
  });
});

describeWith({ prometheus, alertmanager }, 'docs/alert-response.md', () => {
  it('has commands that Prometheus and Alertmanager take', { timeout: 600_000 }, async () => {
    project = new GuideProject(SERVICE);
    const receiver = { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] };
    const servers = [
      await startPrometheus({ configuration: {}, flags: ['--enable-feature=exemplar-storage'] }),
      await startAlertmanager(receiver),
    ] as const;
    try {
      project.servers.set(9090, servers[0].port).set(9093, servers[1].port);
      expect(await followGuide('alert-response.md', blocksOf('alert-response.md'), project)).toBe(6);
      const silences = (await (await fetch(`${servers[1].url}/api/v2/silences`)).json()) as readonly object[];
      expect(silences).toMatchObject([{ comment: 'import of the old orders', status: { state: 'expired' } }]);
    } finally {
      for (const server of servers) await server.stop();
    }
  });
});

describe('what tries the guides', () => {
  it('finds blocks, their flags and their files', () => {
    const page = 'Text\n\n```sh exit=1\n# a remark\nls\n```\n\n```yaml\n# .gitlab-ci.yml\na: 1\n```\n';
    expect(guideBlocks(page)).toEqual([
      { line: 4, language: 'sh', flags: ['exit=1'], file: undefined, text: '# a remark\nls\n' },
      { line: 9, language: 'yaml', flags: [], file: '.gitlab-ci.yml', text: 'a: 1\n' },
    ]);
  });

  it('applies a diff where it fits, and refuses one that does not', () => {
    expect(applyDiff('a\nb\nc\n', ' a\n-b\n+d\n')).toBe('a\nd\nc\n');
    expect(() => applyDiff('a\nc\n', ' a\n-b\n')).toThrow('fits 0 times');
    expect(() => applyDiff('a\na\n', '-a\n')).toThrow('fits 2 times');
  });

  it('misses lines that were not printed', () => {
    expect(missingLines('one\ntwo …\nfour\n', 'one\n  two 3\n')).toEqual(['four']);
    expect(missingLines('a.c\n', 'abc\n')).toEqual(['a.c']);
  });

  it('fails where a command or its output is another', { timeout: 300_000 }, async () => {
    project = new GuideProject(SERVICE);
    const follow = (page: string): Promise<number> =>
      followGuide('test.md', guideBlocks(page), project as GuideProject);
    await expect(follow('```sh\nfalse\n```\n')).rejects.toThrow('test.md:2');
    await expect(follow('```sh exit=1\ntrue\n```\n')).rejects.toThrow('test.md:2');
    await expect(follow('```sh\nnpm install no-such-package\n```\n')).rejects.toThrow('there is no no-such-package');
    await expect(follow('```sh\necho one\n```\n\n```text\ntwo\n```\n')).rejects.toThrow('test.md:6');
  });
});
