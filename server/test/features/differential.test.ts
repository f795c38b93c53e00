import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Diagnostic, Position } from 'vscode-languageserver-protocol';
import { Client } from '../support/client.ts';
import { makeFolder, positionAt, type Files } from '../support/define-test.ts';
import { randomFrom } from '../support/random.ts';
import { METRIC_SERVICE } from '../support/sources.ts';

const FILES = 50;
const EDITS = 1000;
/** Edits between two comparisons, and between two looks at the memory. */
const ROUND = 100;

/** A service of files that call each other: helpers that pass labels on, and handlers that use them. */
function service(): Files {
  const files: Record<string, string> = { ...METRIC_SERVICE };
  const own = Object.keys(files).filter((name) => name.endsWith('.ts')).length;
  for (let i = 0; i < FILES - own; i++) {
    const next = i % 2 === 0 ? `./h${i + 1}.ts` : './label.ts';
    files[`src/h${i}.ts`] = `import { trace } from '@opentelemetry/api';
import type { Request } from 'express';
import { requests } from './metrics.ts';
import { label } from './label.ts';
${i % 2 === 0 ? `import { pass${i + 1} } from '${next}';\n` : ''}
export function pass${i}(value: string) {
  return value;
}

export function count${i}(req: Request) {
  const span = trace.getTracer('app').startSpan('work');
  requests.inc({ route: ${i % 2 === 0 ? `pass${i + 1}(req.path)` : 'label(req)'}, method: 'GET' });
  span.setAttribute('app.size', 1);
  span.end();
}
`;
  }
  return files;
}

/** Texts that edits put in place of each other: values that matter, code that breaks, comments, lines. */
const PIECES = [
  ['req.path', "'fixed'"],
  ["'fixed'", 'req.originalUrl'],
  ['req.originalUrl', 'req.path'],
  ['return value;', "return 'x';"],
  ["return 'x';", 'return value;'],
  ['  span.end();\n', ''],
  ["  span.setAttribute('app.size', 1);\n", "  span.setAttribute('app.size', 1);\n  span.end();\n"],
  ['export function', '\nexport function'],
  ['}\n', '}}\n'],
  ['}}\n', '}\n'],
  ["import { label } from './label.ts';\n", "import { label } from './label.ts'; // é 😀\n"],
  ['label(req)', 'label( req )'],
  ["'app_requests_total'", "'app_calls_total'"],
  ["'app_calls_total'", "'app_requests_total'"],
  ['  requests.inc(', '  // eslint-disable-next-line telint/no-unbounded-metric-labels\n  requests.inc('],
  ['  // eslint-disable-next-line telint/no-unbounded-metric-labels\n', ''],
] as const;

async function findingsOf(client: Client, uris: readonly string[]): Promise<Record<string, readonly Diagnostic[]>> {
  await client.request('telint/settled', {});
  const out: Record<string, readonly Diagnostic[]> = {};
  for (const uri of uris) {
    const report = await client.pull(uri);
    if (report.kind !== 'full') throw new Error(`${uri} was not answered in full`);
    out[uri] = report.items;
  }
  return out;
}

test(
  'after a thousand random edits the answers are those of a fresh server, and memory stays',
  { timeout: 300_000 },
  async () => {
    const random = randomFrom(20_261_121);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const fs = service();
    const root = makeFolder(fs);
    const texts = new Map(Object.entries(fs).filter(([name]) => name.endsWith('.ts')));
    const client = new Client({ folders: [root], nodeArgs: ['--expose-gc'] });
    try {
      await client.start();
      const uris = new Map<string, string>();
      for (const [name, text] of texts) uris.set(name, await client.open(join(root, name), text));
      const names = [...texts.keys()];
      expect(names).toHaveLength(FILES);
      const heap: number[] = [];
      const sizes: number[] = [];
      let done = 0;
      while (done < EDITS) {
        // What others depend on is edited often, and last before a comparison; code is not left broken for long.
        const name = random() < 0.2 || done % ROUND > ROUND - 4 ? 'src/label.ts' : pick(names);
        const text = texts.get(name) ?? '';
        const [from, to] = text.includes('}}\n') && random() < 0.7 ? (['}}\n', '}\n'] as const) : pick(PIECES);
        const at = text.indexOf(from);
        if (at < 0) continue;
        done++;
        const range: { start: Position; end: Position } = {
          start: positionAt(text, at),
          end: positionAt(text, at + from.length),
        };
        const edited = text.slice(0, at) + to + text.slice(at + from.length);
        texts.set(name, edited);
        await client.change(uris.get(name) ?? '', [{ range, text: to }]);
        if (random() < 0.3) void client.pull(uris.get(pick(names)) ?? '').catch(() => undefined);
        if (random() < 0.05) await client.request('telint/settled', {});
        if (done % ROUND !== 0) continue;
        const answers = await findingsOf(client, [...uris.values()]);
        sizes.push(Object.values(answers).flat().length);
        heap.push(await client.request<number>('telint/heap', {}));
        const fresh = new Client({ folders: [root] });
        try {
          await fresh.start();
          for (const [file, content] of texts) await fresh.open(join(root, file), content);
          expect(answers).toEqual(await findingsOf(fresh, [...uris.values()]));
        } finally {
          await fresh.stop();
        }
      }
      // The edits matter: findings come and go.
      expect(new Set(sizes).size).toBeGreaterThan(3);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      const [early, late] = [Math.max(...heap.slice(1, 4)), Math.max(...heap.slice(-3))];
      expect(late, `heap in MB: ${heap.map((h) => (h / 2 ** 20).toFixed(1)).join(' ')}`).toBeLessThan(early * 1.1);
    } finally {
      await client.stop();
      rmSync(root, { recursive: true, force: true });
    }
  },
);
