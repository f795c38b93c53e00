import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isLoggerName } from '../src/analysis/sinks.ts';
import { defaultSettings } from '../src/analysis/settings.ts';
import { isolatedHost } from '../src/analysis/host.ts';
import { mayMatter } from '../src/host/prefilter.ts';
import { codeBlocks, rulePages } from './support/docs.ts';
import { lint } from './support/lint.ts';
import { PREFILTER_OFF, unmark } from './support/rule-test.ts';
import { workspace } from './support/workspace.ts';

const here = dirname(fileURLToPath(import.meta.url));
const shop = join(here, '../../examples/shop');

/** Findings with and without the cheap look at the text. */
function bothWays(text: string, options: Parameters<typeof lint>[1]): [string[], string[]] {
  const run = (t: string): string[] => lint(t, options).map((m) => `${m.line}:${m.column} ${m.message}`);
  return [run(text), run(text + PREFILTER_OFF)];
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
}

describe('the cheap look at the text loses no finding', () => {
  const settings = { crossFile: 'off', trackers: true };

  it('in the example service, every file alone', () => {
    let findings = 0;
    for (const file of sourceFiles(join(shop, 'src'))) {
      const [on, off] = bothWays(readFileSync(join(shop, 'src', file), 'utf8'), { settings });
      expect(on, file).toEqual(off);
      findings += off.length;
    }
    expect(findings).toBeGreaterThan(5);
  });

  it('in the example service as a workspace', () => {
    let findings = 0;
    for (const file of sourceFiles(join(shop, 'src'))) {
      const [on, off] = bothWays(readFileSync(join(shop, 'src', file), 'utf8'), {
        cwd: shop,
        filename: join(shop, 'src', file),
        settings: {},
      });
      expect(on, file).toEqual(off);
      findings += off.length;
    }
    expect(findings).toBeGreaterThan(5);
  });

  it('in every block of the documentation', () => {
    for (const page of rulePages()) {
      for (const block of codeBlocks(page.text)) {
        const [on, off] = bothWays(block.code, { settings, filename: `src/file.${block.language}` });
        expect(on, block.code).toEqual(off);
      }
    }
  });

  // The tests of rules that are written as a list of cases look at this themselves, see `testRule`.
  it('in the snippets of the other tests', { timeout: 30_000 }, () => {
    let findings = 0;
    for (const file of [
      ...sourceFiles(join(here, 'rules')).map((f) => join(here, 'rules', f)),
      ...sourceFiles(join(here, 'analysis')).map((f) => join(here, 'analysis', f)),
    ]) {
      const source = readFileSync(file, 'utf8');
      if (source.includes('testRule(')) continue;
      for (const snippet of templatesOf(source)) {
        const off = lint(snippet + PREFILTER_OFF, { settings });
        // Without findings either way there is nothing to lose.
        if (off.length === 0 || off[0]?.fatal === true) continue;
        expect(
          lint(snippet, { settings }).map((m) => m.message),
          `${relative(here, file)}\n${snippet}`,
        ).toEqual(off.map((m) => m.message));
        findings += off.length;
      }
    }
    expect(findings).toBeGreaterThan(5);
  });

  it.each([
    ['a logger without a telling name', `import consola from 'consola';\nconsola.info(user.password);`],
    ['a logger of a factory', `import pino from 'pino';\nconst p = pino();\np.info({ password: user.password });`],
    ['a logger of an audit trail', `auditLog.warn({ ssn: user.ssn });`],
    ['a method of the console', `console.table({ password: user.password });`],
    ['a constant logger', `LOG.error(user.password);`],
    ['a stream of the process', `process.stdout.write(user.password);`],
  ])('in %s', (_, text) => {
    const [on, off] = bothWays(text, { settings });
    expect(off).not.toEqual([]);
    expect(on).toEqual(off);
  });

  it('when the logger comes from another file under another name', () => {
    const cwd = workspace({ 'src/out.ts': `import pino from 'pino';\nexport const out = pino();`, 'src/app.ts': '' });
    const [on, off] = bothWays(
      `import { out } from './out';\nexport const seen = (user: User) => out.info({ password: user.password });`,
      { cwd, filename: join(cwd, 'src/app.ts'), settings: {} },
    );
    expect(off).toHaveLength(1);
    expect(on).toEqual(off);
  });
});

describe('mayMatter', () => {
  const asks = (text: string, settings = {}): boolean =>
    mayMatter(text, isolatedHost, { ...defaultSettings, ...settings });

  it('lets every name of a logger through', () => {
    for (const name of [
      'log',
      '_log',
      'logger',
      '_logger',
      'LOG',
      'LOGGER',
      'logging',
      'auditLog',
      'requestLogger',
      'audit_log',
      'my_logger',
    ]) {
      expect(isLoggerName(name), name).toBe(true);
      expect(asks(`${name}\n  .info(x)`), name).toBe(true);
    }
  });

  it('lets configured names through', () => {
    expect(asks('journal.put(x)')).toBe(false);
    expect(asks('journal.put(x)', { loggers: ['journal'] })).toBe(true);
    expect(asks('journal.put(x)', { wrappers: [{ name: 'Journal.put', kind: 'log' }] })).toBe(true);
  });

  it('stops files without telemetry', () => {
    expect(
      asks(
        `import { readFile } from 'node:fs/promises';\nexport const load = (path: string) => readFile(path, 'utf8');`,
      ),
    ).toBe(false);
    expect(asks(`export const dialog = (login: string, news: string[]) => catalog.get(login) ?? news;`)).toBe(false);
  });
});

/** Template literals without holes in a test's source; what does not parse as code is left out by the parser. */
function templatesOf(source: string): string[] {
  return [...source.matchAll(/`((?:[^`\\]|\\.)*)`/gs)]
    .map(([, raw = '']) => unmark(raw.replace(/\\n/g, '\n').replace(/\\([`$\\])/g, '$1')).text)
    .filter((t) => /[(;]/.test(t));
}
