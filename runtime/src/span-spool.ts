import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { warn } from './diagnostics.ts';
import { decodeSpans, encodeSpans } from './span-codec.ts';
import type { ReadableSpanLike } from './span-types.ts';

/** Options of the spool on disk. */
export interface SpoolOptions {
  /** Directory of the files; made when missing, readable by the owner only. Several processes may share it. */
  readonly directory: string;
  /** Bytes of all files together; 64 MiB without it. */
  readonly maxBytes?: number;
  /** What is written of a span: the sanitizer of `startTelemetry`, so that no raw value reaches the disk. */
  readonly sanitize?: (span: ReadableSpanLike) => ReadableSpanLike;
}

/** A batch read back from disk. */
export interface SpooledBatch {
  readonly file: string;
  readonly spans: ReadableSpanLike[];
}

interface Entry {
  readonly file: string;
  readonly spans: number;
  readonly bytes: number;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** `<time>-<process>-<number>-<spans>.spans`, and the process that took it while it is being sent. */
const FILE_NAME = /^(\d+-(\d+)-\d+-(\d+)\.spans)(?:\.(\d+)\.taken)?$/;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Batches on disk for a collector that is away: bounded in bytes, each file written under another name and renamed, so that
 * a reader sees whole files only. What earlier processes left is found again. Delivery is at least once: a process that
 * dies between sending and deleting sends again.
 */
export class SpanSpool {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #sanitize: SpoolOptions['sanitize'];
  readonly #waiting: Entry[] = [];
  readonly #taken = new Map<string, Entry>();
  #bytes = 0;
  #sequence = 0;
  #ready: Promise<void> | undefined;
  #recovered = 0;

  constructor(options: SpoolOptions) {
    this.#directory = options.directory;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#sanitize = options.sanitize;
  }

  /** Spans on disk, those being sent included. */
  get spans(): number {
    let sum = 0;
    for (const entry of this.#waiting) sum += entry.spans;
    for (const entry of this.#taken.values()) sum += entry.spans;
    return sum;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Spans that earlier processes left. */
  get recovered(): number {
    return this.#recovered;
  }

  /** Whether a batch waits on disk. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Finds what earlier processes left; never rejects. */
  open(): Promise<void> {
    return (this.#ready ??= this.#scan());
  }

  async #scan(): Promise<void> {
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      const found: Entry[] = [];
      for (const file of await readdir(this.#directory)) {
        const match = FILE_NAME.exec(file);
        if (match === null) {
          await this.#removeLeftover(file);
          continue;
        }
        const [, name, writer, spans, taker] = match;
        const owner = Number(taker ?? writer);
        // In containers every start has the same process number: a file with it is one of the start before.
        if (owner !== process.pid && isRunning(owner)) continue;
        if (taker !== undefined) await rename(join(this.#directory, file), join(this.#directory, name as string));
        const { size } = await stat(join(this.#directory, name as string));
        found.push({ file: name as string, spans: Number(spans), bytes: size });
      }
      found.sort((a, b) => (a.file < b.file ? -1 : 1));
      this.#waiting.unshift(...found);
      for (const entry of found) {
        this.#bytes += entry.bytes;
        this.#recovered += entry.spans;
      }
    } catch (error) {
      this.#complain('could not be opened', error);
    }
  }

  /** Halves of files that a process left when it died while writing. */
  async #removeLeftover(file: string): Promise<void> {
    const pid = /^\.(\d+)-\d+\.tmp$/.exec(file)?.[1];
    if (pid !== undefined && (Number(pid) === process.pid || !isRunning(Number(pid)))) {
      await rm(join(this.#directory, file), { force: true });
    }
  }

  #complain(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    warn('TELINT_SPOOL_FAILED', `The spool of spans ${what}: ${reason}.`, `${this.#directory} ${what}`);
  }

  /**
   * Writes a batch; false when it does not fit or the disk fails, and then nothing is kept. `kept` is called at the moment
   * the batch counts as spooled; when it returns false, the batch was dealt with meanwhile and is deleted again.
   */
  async write(spans: readonly ReadableSpanLike[], kept: () => boolean): Promise<boolean> {
    await this.open();
    const number = ++this.#sequence;
    const temporary = join(this.#directory, `.${String(process.pid)}-${String(number)}.tmp`);
    try {
      const data = Buffer.from(encodeSpans(this.#sanitize === undefined ? spans : spans.map(this.#sanitize)));
      if (this.#bytes + data.length > this.#maxBytes) return false;
      this.#bytes += data.length;
      const file = `${String(Date.now())}-${String(process.pid)}-${String(number)}-${String(spans.length)}.spans`;
      try {
        await writeFile(temporary, data, { mode: 0o600 });
        await rename(temporary, join(this.#directory, file));
      } catch (error) {
        this.#bytes -= data.length;
        throw error;
      }
      if (kept()) this.#waiting.push({ file, spans: spans.length, bytes: data.length });
      else {
        this.#bytes -= data.length;
        await rm(join(this.#directory, file), { force: true });
      }
      return true;
    } catch (error) {
      this.#complain('could not be written', error);
      await rm(temporary, { force: true }).catch(() => undefined);
      return false;
    }
  }

  /**
   * Takes the oldest batch; undefined when there is none. A file that cannot be read is deleted, and the number of spans
   * it should have held goes to `onCorrupt`. A file that another process took is passed over.
   */
  async take(onCorrupt: (spans: number) => void): Promise<SpooledBatch | undefined> {
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      this.#taken.set(entry.file, entry);
      const path = join(this.#directory, entry.file);
      const taken = this.#takenPath(entry.file);
      try {
        await rename(path, taken);
      } catch {
        // Another process that shares the directory took it over, and its spans with it.
        this.#forget(entry);
        this.#recovered -= entry.spans;
        continue;
      }
      try {
        return { file: entry.file, spans: decodeSpans(await readFile(taken, 'utf8')) };
      } catch (error) {
        this.#forget(entry);
        onCorrupt(entry.spans);
        const reason = error instanceof Error ? error.message : String(error);
        warn('TELINT_SPOOL_CORRUPT', `Spool file ${entry.file} is skipped and deleted: ${reason}.`, this.#directory);
        await rm(taken, { force: true }).catch(() => undefined);
      }
    }
    return undefined;
  }

  #takenPath(file: string): string {
    return join(this.#directory, `${file}.${String(process.pid)}.taken`);
  }

  #forget(entry: Entry): void {
    this.#taken.delete(entry.file);
    this.#bytes -= entry.bytes;
  }

  /** Deletes a batch that was delivered or dropped. */
  async remove(file: string): Promise<void> {
    const entry = this.#taken.get(file);
    if (entry !== undefined) this.#forget(entry);
    await rm(this.#takenPath(file), { force: true }).catch((error: unknown) => {
      this.#complain('could not delete a file', error);
    });
  }

  /** Puts a batch back that could not be delivered. */
  async release(file: string): Promise<void> {
    const entry = this.#taken.get(file);
    if (entry === undefined) return;
    try {
      await rename(this.#takenPath(file), join(this.#directory, file));
      this.#taken.delete(file);
      this.#waiting.unshift(entry);
    } catch (error) {
      // It stays taken: the next start of the process finds it.
      this.#complain('could not put a file back', error);
    }
  }
}
