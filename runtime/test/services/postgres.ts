import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, freePort } from '../../../scripts/lib/programs.ts';
import { removeFolder, runProgram, startProcess, temporaryFolder, untilReady, type Service } from './process.ts';

const DEBIAN = '/usr/lib/postgresql';

/** Folders of the installed major versions, newest first. */
function debianFolders(): string[] {
  try {
    return readdirSync(DEBIAN)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN, version, 'bin'));
  } catch {
    return [];
  }
}

const program = (name: string): string | undefined => findProgram(name, ...debianFolders());
const isRoot = (): boolean => process.getuid?.() === 0;

/** The server refuses to run as root: then the account of the package runs it. */
const asUser = (command: string, args: readonly string[]): [string, string[]] =>
  isRoot()
    ? [
        findProgram('setpriv') ?? 'setpriv',
        ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args],
      ]
    : [command, [...args]];

/** True when Debian's PostgreSQL server is installed. */
export const available = (): boolean => program('initdb') !== undefined && program('postgres') !== undefined;

/** Starts PostgreSQL with an empty cluster, user and database `postgres`, TCP on loopback without a password. */
export async function startPostgres(): Promise<Service & { readonly url: string }> {
  const initdb = program('initdb');
  const postgres = program('postgres');
  if (initdb === undefined || postgres === undefined) {
    throw new Error('PostgreSQL is not installed (Debian package postgresql).');
  }
  const port = await freePort();
  const folder = temporaryFolder('postgres');
  const data = join(folder, 'data');
  const ready = program('pg_isready') ?? 'pg_isready';
  if (isRoot()) runProgram('chown', ['postgres', folder]);
  runProgram(...asUser(initdb, ['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--no-sync']));
  const running = startProcess(
    ...asUser(postgres, ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F']),
  );
  await untilReady('postgres', running, () =>
    Promise.resolve(spawnSync(ready, ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0),
  );
  return {
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      // The smart shutdown waits for connections that clients are just closing; a signal to all would break them off, and
      // pg tells that as an error that nobody listens to any more.
      await running.end('SIGTERM', 'leader');
      removeFolder(folder);
    },
  };
}
