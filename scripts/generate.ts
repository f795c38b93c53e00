/**
 * Writes every generated file, or with `--check` names the ones that are not up to date and fails.
 * One module per kind of file in `generators/`; they run in the order of their names.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, getFileInfo, resolveConfig } from 'prettier';
import type { Generator } from './lib/generator.ts';
import { inRoot } from './lib/paths.ts';

const FOLDER = 'scripts/generators';
const check = process.argv.includes('--check');

async function formatted(file: string, text: string): Promise<string> {
  const path = inRoot(file);
  const { ignored, inferredParser } = await getFileInfo(path, { ignorePath: inRoot('.prettierignore') });
  if (ignored || inferredParser === null) return text;
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

async function currentText(file: string): Promise<string | undefined> {
  try {
    return await readFile(inRoot(file), 'utf8');
  } catch {
    return undefined;
  }
}

const stale: string[] = [];
for (const module of (await readdir(inRoot(FOLDER))).filter((file) => file.endsWith('.ts')).sort()) {
  const generator = (await import(pathToFileURL(inRoot(`${FOLDER}/${module}`)).href)) as Generator;
  try {
    for (const [file, raw] of await generator.generate()) {
      const text = await formatted(file, raw);
      if (text === (await currentText(file))) continue;
      stale.push(file);
      if (check) continue;
      await mkdir(dirname(inRoot(file)), { recursive: true });
      await writeFile(inRoot(file), text);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`✘ ${FOLDER}/${module} cannot write ${generator.files.join(', ')}: ${why}`);
    process.exitCode = 1;
  }
}

for (const file of stale) console.log(check ? `✘ ${file} is not up to date: run npm run generate` : `✔ wrote ${file}`);
if (stale.length === 0 && process.exitCode === undefined) console.log('Generated files are up to date.');
if (check && stale.length > 0) process.exitCode = 1;
