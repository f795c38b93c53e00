/** Memory of the server process in a repository, after files were opened and edited. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { BenchRow } from '../../scripts/lib/bench-rows.ts';
import { telintSide } from './support/editor.ts';
import { folders, type Folder } from './support/folders.ts';
import { keystrokes } from './support/typing.ts';

const TARGET_MB = 200;
/** Metrics of all files are collected when nobody has typed for two seconds. */
const LATER_MS = 5000;
const OPENED = 10;
const KEYS = 20;
const STATEMENT = /^[ \t]+(?:const |let |await |this\.|[\w.]+\().*;$/m;

/** One row for each repository. */
export async function* bench(): AsyncGenerator<BenchRow> {
  for (const folder of folders()) yield await row(folder);
}

async function row({ path: folder, files }: Folder): Promise<BenchRow> {
  const side = await telintSide(folder);
  try {
    const texts = files.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
    const usable = texts.filter(({ text }) => STATEMENT.test(text) && /telemetry|prom-client|logger/i.test(text));
    const step = Math.max(1, Math.floor(usable.length / OPENED));
    const opened = usable.filter((_, i) => i % step === 0).slice(0, OPENED);
    for (const { path, text } of opened) {
      await side.open(path, text);
      for (const stroke of keystrokes(text, KEYS)) await side.type(stroke);
    }
    await side.client.request('telint/settled', {});
    await setTimeout(LATER_MS);
    const mb = residentMb(side.client.process.pid ?? 0);
    return {
      id: `memory of the server / ${TARGET_MB} MB, ${basename(folder)}`,
      ratio: mb / TARGET_MB,
      target: 1,
      direction: 'max',
      note: `${Math.round(mb)} MB resident, ${files.length} files, ${opened.length} of them open with ${KEYS} keys typed in each; the default limits of Node`,
    };
  } finally {
    await side.stop();
  }
}

/** Resident memory of a process. */
function residentMb(pid: number): number {
  const status = `/proc/${pid}/status`;
  if (existsSync(status)) return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(status, 'utf8'))?.[1]) / 1024;
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout.trim()) / 1024;
}
