import { warn } from './diagnostics.ts';
import { type KeyPlaces, REDIS_KEYS, REDIS_SUBCOMMANDS } from './redis-key-places.ts';

/** How much of Redis keys is kept. */
export interface RedisOptions {
  /**
   * `normalise` keeps the parts of a key that have no digit and look like words (`user:42:cart` becomes `user:?:cart`), `keep`
   * keeps keys as they are, `drop` none. Default `normalise`: keys often hold identifiers and session tokens.
   */
  readonly keys?: 'normalise' | 'keep' | 'drop';
  /** Commands of a pipeline that are written; more are counted. Default 10. */
  readonly maxCommands?: number;
}

/** A command as a client has it: name and arguments, or everything in one list. */
export type RedisCommand = string | readonly unknown[];

/** Writes commands down without data. Methods never throw. */
export interface RedisSanitizer {
  /** One command, as `SET user:? ?`. Text may hold several, one per line. */
  command(command: RedisCommand, args?: readonly unknown[]): string;
  /** The commands of a pipeline or transaction, separated by `; `. */
  pipeline(commands: readonly RedisCommand[]): string;
}

const PLACEHOLDER = '?';
const MAX_COMMANDS = 10;
/** Longer texts and keys are cut; a key may have 512 MB. */
const MAX_TEXT = 8192;
const MAX_KEY = 256;
const MODULE_COMMAND = /^(?:FT|JSON|TS|BF|CF|CMS|TOPK|TDIGEST)\.[A-Z_]{2,24}$/;
const FIRST_ARGUMENT: KeyPlaces = { first: 1, last: 1, step: 1 };
const KEY_PARTS = /[^:/|.{}#,;\s]+/g;
const PLAIN_PART = /^[A-Za-z_-]{1,24}$/;
/** Words of `redis-cli`: quoted with escapes, quoted without, or bare; what is not closed goes to the end of the line. */
const ARGUMENT = /"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)|[^\s"']+/gm;

/** Cuts a key into parts and keeps those that cannot be an identifier. */
function normaliseKey(key: string): string {
  return key.replace(KEY_PARTS, (part) => (PLAIN_PART.test(part) ? part : PLACEHOLDER));
}

/** Indexes of the keys among the arguments, the command being 0. */
function keyIndexes(places: KeyPlaces, words: readonly unknown[]): number[] {
  const indexes: number[] = [];
  if (places === 'none') return indexes;
  if (places === 'streams') {
    const streams = words.findIndex((word) => typeof word === 'string' && word.toUpperCase() === 'STREAMS');
    if (streams === -1) return indexes;
    const half = (words.length - streams - 1) / 2;
    for (let index = 1; index <= half; index += 1) indexes.push(streams + index);
    return indexes;
  }
  if ('count' in places) {
    const count = Number(words[places.count]);
    if (places.target > 0) indexes.push(places.target);
    if (!Number.isInteger(count) || count < 1) return indexes;
    const end = Math.min(places.count + count * places.width, words.length - 1);
    for (let index = places.count + 1; index <= end; index += places.width) indexes.push(index);
    return indexes;
  }
  const last = places.last < 0 ? words.length + places.last : Math.min(places.last, words.length - 1);
  for (let index = places.first; index <= last; index += places.step) indexes.push(index);
  return indexes;
}

/**
 * In text an argument with spaces may have lost its quotes, so that everything behind the first data is in doubt: only keys
 * that directly follow the command are certain.
 */
function certainInText(indexes: readonly number[], first: number): number[] {
  return indexes.filter((index, position) => index === first + position);
}

function failed(error: unknown): string {
  warn('TELINT_SANITIZE_FAILED', 'A Redis command could not be read and was replaced.', (error as Error).name);
  return PLACEHOLDER;
}

/** Makes functions that write Redis commands down with their keys, but without any other argument. */
export function createRedisSanitizer(options: RedisOptions = {}): RedisSanitizer {
  const keys = options.keys ?? 'normalise';
  const maxCommands = options.maxCommands ?? MAX_COMMANDS;

  const writeKey = (key: unknown): string => {
    // Keys in buffers are binary as often as not.
    if (keys === 'drop' || typeof key !== 'string' || key === '') return PLACEHOLDER;
    const text = key.length > MAX_KEY ? key.slice(0, MAX_KEY) : key;
    return keys === 'keep' ? text.replace(/\s+/g, '_') : normaliseKey(text);
  };

  const write = (words: readonly unknown[], fromText: boolean): string => {
    const name = typeof words[0] === 'string' ? words[0].toUpperCase() : '';
    const subcommands = REDIS_SUBCOMMANDS.get(name);
    const subcommand = typeof words[1] === 'string' ? words[1].toUpperCase() : '';
    const isSub = subcommands?.has(subcommand) === true;
    const known = isSub ? `${name}|${subcommand}` : name;
    const places = REDIS_KEYS.get(known) ?? (MODULE_COMMAND.test(name) ? FIRST_ARGUMENT : 'none');
    // What is no command of Redis may be anything, such as the rest of a value with a line break.
    if (subcommands === undefined && !REDIS_KEYS.has(name) && !MODULE_COMMAND.test(name)) return PLACEHOLDER;
    const begin = isSub ? 2 : 1;
    const found = keyIndexes(places, words);
    const indexes = new Set(fromText ? certainInText(found, begin) : found);
    let out = isSub ? `${name} ${subcommand}` : name;
    let data = false;
    for (let index = begin; index < words.length; index += 1) {
      if (indexes.has(index)) out += ` ${writeKey(words[index])}`;
      else if (!data) out += ` ${PLACEHOLDER}`;
      data = !indexes.has(index);
    }
    return out;
  };

  const writeText = (text: string): string => {
    const lines: string[][] = [];
    let end = -1;
    for (const match of text.slice(0, MAX_TEXT).matchAll(ARGUMENT)) {
      const word = match[0];
      const line = lines.at(-1);
      const broken = end === -1 || text.slice(end, match.index).includes('\n');
      if (line === undefined || broken) lines.push([word]);
      else line.push(word);
      end = match.index + word.length;
    }
    if (lines.length === 0) return PLACEHOLDER;
    return join(lines.map((line) => write(line.map(unquote), true)));
  };

  const join = (written: readonly string[]): string => {
    const more = written.length - maxCommands;
    return written.slice(0, maxCommands).join('; ') + (more > 0 ? `; … ${more} more` : '');
  };

  const command = (words: RedisCommand, args?: readonly unknown[]): string => {
    try {
      if (typeof words !== 'string') return Array.isArray(words) ? write(words.flat(), false) : PLACEHOLDER;
      return args === undefined ? writeText(words) : write([words.trim(), ...args.flat()], false);
    } catch (error) {
      return failed(error);
    }
  };

  return {
    command,
    pipeline: (commands) => {
      try {
        const shown = commands.slice(0, maxCommands).map((each) => command(each));
        const more = commands.length - shown.length;
        return shown.join('; ') + (more > 0 ? `; … ${more} more` : '');
      } catch (error) {
        return failed(error);
      }
    },
  };
}

/** Only a word in quotes that holds no space and no escape is read; others are data anyway. */
function unquote(word: string): string {
  return /^(["'])[^\s\\]*\1$/.test(word) ? word.slice(1, -1) : word;
}

const standard = createRedisSanitizer();

/** Writes one Redis command down with its keys normalised and every other argument as `?`. */
export function sanitizeRedis(command: RedisCommand, args?: readonly unknown[]): string {
  return standard.command(command, args);
}
