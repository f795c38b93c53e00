import { readFileSync, statSync } from 'node:fs';

/** Text of a file; throws where there is none, and where reading would not end: of a pipe, a device or a socket. */
export function readText(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is no file`);
  return readFileSync(path, 'utf8');
}
