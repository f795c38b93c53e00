import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
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
  it('leads from a service without telemetry to spans, metrics and an alert', { timeout: 240_000 }, async () => {
    project = new GuideProject(SERVICE);
    const blocks = blocksOf('instrument-a-service.md');
    expect(await followGuide('instrument-a-service.md', blocks, project)).toBe(blocks.length);
    expect(blocks.length).toBeGreaterThan(20);
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

  it('fails where a command or its output is another', { timeout: 60_000 }, async () => {
    project = new GuideProject(SERVICE);
    const follow = (page: string): Promise<number> =>
      followGuide('test.md', guideBlocks(page), project as GuideProject);
    await expect(follow('```sh\nfalse\n```\n')).rejects.toThrow('test.md:2');
    await expect(follow('```sh exit=1\ntrue\n```\n')).rejects.toThrow('test.md:2');
    await expect(follow('```sh\nnpm install no-such-package\n```\n')).rejects.toThrow('there is no no-such-package');
    await expect(follow('```sh\necho one\n```\n\n```text\ntwo\n```\n')).rejects.toThrow('test.md:6');
  });
});
