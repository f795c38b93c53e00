/** Draws findings that nobody judged and prints them with their surroundings, for a person to judge. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UnjudgedFinding } from './score.ts';

const CONTEXT_LINES = 4;

/** A generator of numbers in [0, 1) that gives the same sequence for the same seed (mulberry32, public domain). */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` elements in random order without repetition (Fisher–Yates). */
export function drawSample<T>(all: readonly T[], count: number, seed: number): T[] {
  const random = seededRandom(seed);
  const pool = [...all];
  const size = Math.min(count, pool.length);
  for (let index = 0; index < size; index += 1) {
    const other = index + Math.floor(random() * (pool.length - index));
    [pool[index], pool[other]] = [pool[other] as T, pool[index] as T];
  }
  return pool.slice(0, size);
}

/** Text of a sample: place, message, code around it and an empty verdict, one block per finding. */
export function sampleText(sample: readonly UnjudgedFinding[], total: number, seed: number): string {
  const head = `# ${sample.length} of ${total} findings on lines nobody judged (seed ${seed})\n`;
  return [head, ...sample.map((finding, index) => block(finding, index + 1))].join('\n');
}

function block(finding: UnjudgedFinding, number: number): string {
  const { file, line, endLine } = finding;
  const lines = readFileSync(join(file.dir, file.path), 'utf8').split('\n');
  const from = Math.max(1, line - CONTEXT_LINES);
  const to = Math.min(lines.length, endLine + CONTEXT_LINES);
  const code = lines
    .slice(from - 1, to)
    .map(
      (text, index) =>
        `${from + index >= line && from + index <= endLine ? '>' : ' '} ${String(from + index).padStart(5)} ${text.slice(0, 200)}`,
    );
  return [
    `## ${number}. ${finding.rule}`,
    `${file.repo}@${file.commit.slice(0, 12)} ${file.path}:${line}`,
    `said: ${finding.message}`,
    '```',
    ...code,
    '```',
    'verdict (right | wrong | unsure): ',
    '',
  ].join('\n');
}
