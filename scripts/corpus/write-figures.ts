/** Puts measured figures into a document. */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { replaceBetween } from '../lib/markdown.ts';
import { inRoot } from '../lib/paths.ts';

const BEGIN = '<!-- begin generated figures -->';
const END = '<!-- end generated figures -->';

/** Replaces the part of a Markdown document between its markers; `document` is relative to the root of the repository. */
export async function writeFigures(document: string, text: string): Promise<void> {
  const path = inRoot(document);
  const filled = replaceBetween(await readFile(path, 'utf8'), BEGIN, END, text);
  await writeFile(path, await format(filled, { ...(await resolveConfig(path)), filepath: path }));
  console.log(`wrote ${document}`);
}
