import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inRoot } from './paths.ts';

/** A program that tests talk to, and the Debian package that has it. */
interface Service {
  readonly program: string;
  readonly debian: string;
  /** Arguments with which the program ends with 0 where it has what the package adds to it. */
  readonly probe?: readonly string[];
}

/** Folders of programs that a user's PATH often leaves out. */
const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/lib/postgresql/15/bin', '/usr/lib/postgresql/17/bin'];

const SERVICES: readonly Service[] = [
  { program: 'prometheus', debian: 'prometheus' },
  { program: 'promtool', debian: 'prometheus' },
  { program: 'prometheus-alertmanager', debian: 'prometheus-alertmanager' },
  { program: 'rabbitmq-server', debian: 'rabbitmq-server' },
  { program: 'redis-server', debian: 'redis-server' },
  { program: 'initdb', debian: 'postgresql' },
  { program: 'nvim', debian: 'neovim' },
  { program: 'docker-compose', debian: 'docker-compose' },
  { program: 'emacs', debian: 'emacs-nox' },
  { program: 'vim', debian: 'vim' },
];

/** What editors lack to be clients of a language server; Emacs has it from version 29 on. */
const EDITOR_CLIENTS: readonly Service[] = [
  {
    program: 'emacs',
    debian: 'elpa-eglot',
    probe: ['--batch', '--no-init-file', '--eval', '(package-initialize)', '--eval', "(require 'eglot)"],
  },
  {
    program: 'vim',
    debian: 'vim-ale',
    probe: ['-N', '-u', 'NONE', '-i', 'NONE', '-n', '-es', '-c', 'packadd ale | qall!'],
  },
];

function isThere({ program, probe }: Service): boolean {
  if (probe) return spawnSync(program, probe, { stdio: 'ignore', timeout: 20_000 }).status === 0;
  const folders = [...FOLDERS, ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.some((folder) => existsSync(join(folder, program)));
}

function run(command: string, args: readonly string[], cwd?: string): boolean {
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return status === 0;
}

/** Installs what is not there, by apt-get where that is allowed; returns what is missing then. */
function install(services: readonly Service[]): readonly Service[] {
  const absent = services.filter((service) => !isThere(service));
  if (absent.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return absent;
  const packages = [...new Set(absent.map(({ debian }) => debian))];
  console.log(`apt-get install ${packages.join(' ')}`);
  run('apt-get', ['update', '-qq']);
  const add = (...names: readonly string[]): boolean =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names]);
  // One that a release of Debian has not would keep the others away.
  if (!add(...packages)) for (const name of packages) add(name);
  return absent.filter((service) => !isThere(service));
}

/** Provides Prometheus for the demo; false where it is not there and cannot be installed. */
export function setUpPrometheus(): boolean {
  return install(SERVICES.filter(({ program }) => program === 'prometheus')).length === 0;
}

/** What the set-up of the tests could not provide. */
export interface SetUp {
  readonly missing: readonly string[];
}

/**
 * Provides what the tests need beside the packages of the lockfile: the older line of OpenTelemetry, by npm, and servers,
 * by apt-get where that is allowed. Tests whose server is missing are skipped loudly, and fail in CI.
 */
export function setUpServices(): SetUp {
  const missing: string[] = [];
  const host = inRoot('runtime/test/hosts/otel-2');
  if (!existsSync(join(host, 'node_modules/.package-lock.json')) && !run('npm', ['ci'], host))
    missing.push('OpenTelemetry 2.x (npm ci in runtime/test/hosts/otel-2)');
  const absent = [...install(SERVICES), ...install(EDITOR_CLIENTS)];
  for (const { program, debian } of absent) missing.push(`${program} (Debian package ${debian})`);
  return { missing };
}
