import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './command.ts';

/** Writes a file that an option names, and its folder; what is in the way is a mistake in the use. */
export function writeOut(option: string, path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${option}: ${path} cannot be written: ${(error as Error).message}.`);
  }
}
