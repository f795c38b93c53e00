/** The index of a workspace: its speed, one changed file, and ts-morph with the same files. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from '../../scripts/lib/bench-rows.ts';
import { figuresOf, folders, race, type Folder, type Time } from './support/folders.ts';

const SCRIPT = fileURLToPath(new URL('support/index-folder.ts', import.meta.url));
/** A ts-morph project of more files takes minutes; its time per file does not fall with their number. */
const MORPH_FILES = 500;
const FILES_PER_SECOND = 8000;
const UPDATE_MS = 10;

/** Rows of one repository after the other. */
export function* bench(): Generator<BenchRow> {
  for (const folder of folders()) yield* rows(folder);
}

function* rows({ path, files }: Folder): Generator<BenchRow> {
  const few = Math.min(files.length, MORPH_FILES);
  const { index, morph, update } = race({
    index: () => reported('index', path, 0),
    morph: () => reported('ts-morph', path, few),
    update: () => reported('update', path, 0),
  });
  const perSecond = files.length / (index.wall / 1000);
  const morphPerSecond = few / (morph.wall / 1000);
  yield {
    id: `index, files per second / ${FILES_PER_SECOND}, ${basename(path)}`,
    ratio: perSecond / FILES_PER_SECOND,
    target: 1,
    direction: 'min',
    note: `${Math.round(perSecond)} files/s over ${files.length} files: texts, imports, resolved files; trees are made on demand`,
  };
  yield {
    id: `index / ts-morph per file, ${basename(path)}`,
    ratio: perSecond / morphPerSecond,
    target: 40,
    direction: 'min',
    note: `${Math.round(perSecond)} files/s against ${Math.round(morphPerSecond)} files/s over ${few} files; ts-morph reads imports and exported declarations`,
  };
  yield {
    id: `one changed file / ${UPDATE_MS} ms, ${basename(path)}`,
    ratio: update.wall / UPDATE_MS,
    target: 1,
    direction: 'max',
    note: `${update.wall.toFixed(2)} ms until the index has the new text, slowest tenth of 200 files`,
  };
}

/** Milliseconds that the script measured itself, without its start. */
function reported(variant: string, folder: string, most: number): Time {
  const wall = figuresOf(SCRIPT, [variant, folder, String(most)], folder).get('ms') ?? Number.NaN;
  return { wall, cpu: wall };
}
