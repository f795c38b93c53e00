/** Puts measured figures into a document. */
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { replaceBetween } from './markdown.ts';
import { inRoot } from './paths.ts';

/** Replaces the part of a Markdown document between the markers of `part`; `document` is relative to the root of the repository. */
export async function writeFigures(document: string, text: string, part = 'generated'): Promise<void> {
  const path = inRoot(document);
  const before = await readFile(path, 'utf8');
  const filled = replaceBetween(before, `<!-- begin ${part} figures -->`, `<!-- end ${part} figures -->`, text);
  await writeFile(path, await format(filled, { ...(await resolveConfig(path)), filepath: path }));
  console.log(`wrote ${document}`);
}
