import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from '../../lib/programs.ts';
import { inRoot } from '../../lib/paths.ts';
import { applyDiff } from './guide-blocks.ts';

/** There to end what hangs: on a busy machine a start takes its time. */
const DEADLINE = 180_000;

/**
 * Programs that would need the network: `npm install` checks that each package is one that the repository has, and
 * `git clone` of Telint gives the dashboards of this checkout. Everything else goes to the real program.
 */
const STAND_INS = {
  npm: `#!/bin/sh
[ "$1" = install ] || exec "$REAL_NPM" "$@"
shift
for name; do
  case "$name" in
    --save-dev) ;;
    -*) echo "npm install $name is not known here" >&2; exit 1 ;;
    *) [ -e "node_modules/$name/package.json" ] || { echo "there is no $name" >&2; exit 1; }
       node -e 'const fs = require("fs"); const p = JSON.parse(fs.readFileSync("package.json")); (p.dependencies ??= {})[process.argv[1]] = "*"; fs.writeFileSync("package.json", JSON.stringify(p))' "$name" ;;
  esac
done
`,
  git: `#!/bin/sh
[ "$1" = clone ] || exec "$REAL_GIT" "$@"
[ "$2 $3 $4" = '--depth 1 https://github.com/telint/telint' ] || exit 1
mkdir telint && cp -r "$TELINT/dashboards" telint/dashboards
`,
};

/** What a command of a guide printed, on both outputs, and how it ended. */
export interface CommandRun {
  readonly output: string;
  readonly status: number | null;
}

function which(name: string): string {
  return spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
}

/** A reader's project in a temporary folder, in which the blocks of a guide are tried. */
export class GuideProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'telint-guide-'));
  readonly #tools = mkdtempSync(join(tmpdir(), 'telint-guide-tools-'));
  /** Servers of a guide by the port that it shows; a test starts them on another one. */
  readonly servers = new Map<number, number>();
  #port = 0;
  #metricsPort = 0;
  #server: ChildProcess | undefined;
  #serverOutput = '';

  constructor(manifest: object) {
    if (!existsSync(inRoot('server/dist/telint.js')) || !existsSync(inRoot('runtime/dist/index.js')))
      throw new Error('dist/ is missing: run npm run build first.');
    symlinkSync(inRoot('node_modules'), join(this.folder, 'node_modules'), 'junction');
    this.write('package.json', JSON.stringify(manifest));
    for (const [name, script] of Object.entries(STAND_INS)) {
      writeFileSync(join(this.#tools, name), script);
      chmodSync(join(this.#tools, name), 0o755);
    }
    symlinkSync(inRoot('server/dist/telint.js'), join(this.#tools, 'telint'));
    // `npx` of a project that has Telint installed runs its program.
    writeFileSync(
      join(this.#tools, 'npx'),
      `#!/bin/sh\nshift\nexec "${process.execPath}" "${inRoot('server/dist/telint.js')}" "$@"\n`,
    );
    chmodSync(join(this.#tools, 'npx'), 0o755);
    symlinkSync(process.execPath, join(this.#tools, 'node'));
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  patch(file: string, diff: string): void {
    this.write(file, applyDiff(this.read(file), diff));
  }

  copy(from: string, to: string): void {
    cpSync(inRoot(from), join(this.folder, to), { recursive: true });
  }

  #environment(): NodeJS.ProcessEnv {
    const { PATH = '', HOME } = process.env;
    return {
      PATH: [this.#tools, PATH].join(delimiter),
      HOME,
      REAL_NPM: which('npm'),
      REAL_GIT: which('git'),
      TELINT: inRoot('.'),
      PORT: String(this.#port),
      OTEL_EXPORTER_PROMETHEUS_PORT: String(this.#metricsPort),
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
  }

  /** The ports of a guide are those of the reader's machine; here they are free ones. */
  #ported(text: string): string {
    const own = text
      .replaceAll('localhost:3000', `localhost:${this.#port}`)
      .replaceAll(/(localhost|127\.0\.0\.1):9464/g, `$1:${this.#metricsPort}`);
    return [...this.servers].reduce(
      (all, [shown, real]) => all.replaceAll(`localhost:${shown}`, `localhost:${real}`),
      own,
    );
  }

  /** Runs a block as a shell script that stops at the first failure. */
  run(script: string): CommandRun {
    const { stdout, stderr, status } = spawnSync('sh', ['-e', '-c', this.#ported(script)], {
      cwd: this.folder,
      env: this.#environment(),
      encoding: 'utf8',
      timeout: DEADLINE,
    });
    return { output: this.#unported(stdout + stderr), status };
  }

  #unported(text: string): string {
    return text.replaceAll(`:${this.#metricsPort}`, ':9464').replaceAll(`:${this.#port}`, ':3000');
  }

  /** Starts the service of a block and waits until both of its ports answer; ends the one before. */
  async serve(script: string): Promise<void> {
    await this.stop();
    [this.#port, this.#metricsPort] = [await freePort(), await freePort()];
    this.#serverOutput = '';
    const child = spawn('sh', ['-c', `exec env ${this.#ported(script)}`], {
      cwd: this.folder,
      env: this.#environment(),
    });
    this.#server = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (this.#serverOutput += data.toString()));
    for (const port of [this.#port, this.#metricsPort])
      await this.until(
        async () =>
          fetch(`http://127.0.0.1:${port}/`).then(
            () => true,
            () => false,
          ),
        () => this.#serverOutput,
      );
  }

  /** Waits until what the service has printed has all lines; gives those that are missing in the end. */
  async printed(missing: (output: string) => string[]): Promise<string[]> {
    await this.until(
      () => Promise.resolve(missing(this.#unported(this.#serverOutput)).length === 0),
      () => '',
    ).catch(() => undefined);
    return missing(this.#unported(this.#serverOutput));
  }

  async until(ready: () => Promise<boolean>, why: () => string): Promise<void> {
    const deadline = Date.now() + DEADLINE;
    while (!(await ready())) {
      if (Date.now() > deadline || (this.#server?.exitCode ?? null) !== null)
        throw new Error(`The service does not answer: ${why()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    for (const folder of [this.folder, this.#tools]) rmSync(folder, { recursive: true, force: true });
  }
}
