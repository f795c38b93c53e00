import { readFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';

/** A statement as `pg` takes it. */
interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const SCHEMA = new URL('../../schema.sql', import.meta.url);

/** Stands in for a pool of `pg`: SQLite in memory with the same schema and the same statements. */
export class EmbeddedDatabase {
  readonly #database = new DatabaseSync(':memory:');
  readonly totalCount = 1;
  readonly waitingCount = 0;
  #running = 0;

  constructor() {
    this.#database.exec(readFileSync(SCHEMA, 'utf8'));
  }

  get idleCount(): number {
    return this.#running === 0 ? 1 : 0;
  }

  /** Runs a statement; `$1`, `$2` … are its values. */
  async query<Row>({ text, values }: Statement): Promise<{ rows: Row[] }> {
    this.#running += 1;
    try {
      await setImmediate();
      const used = values.map((value, index) => [`$${index + 1}`, value as SQLInputValue] as const);
      const parameters = Object.fromEntries(used.filter(([name]) => text.includes(name)));
      return { rows: this.#database.prepare(text).all(parameters) as Row[] };
    } finally {
      this.#running -= 1;
    }
  }

  /** Closes the database. */
  async end(): Promise<void> {
    await setImmediate();
    this.#database.close();
  }
}
