import { TelintError } from './diagnostics.ts';

/** How many log lines are kept, by level. Warnings and errors are never dropped. */
export interface LogSampling {
  /** Share of lines below info that are kept, 0 to 1. Default 0.01. */
  readonly debug?: number;
  /** Token bucket for each message of level info. Default 20 lines a second, bursts of 100; `false` keeps all. */
  readonly info?: { readonly perSecond: number; readonly burst: number } | false;
  /** Least milliseconds between two reports of what was dropped. Default 10,000. */
  readonly reportMs?: number;
  /** Messages with a bucket of their own; the others share one. Default 1000. */
  readonly maxKeys?: number;
  /** Clock in milliseconds that only goes forward. Default `performance.now`. */
  readonly now?: () => number;
  /** Random numbers in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** Lines that were dropped, by level. */
export interface DroppedLines {
  readonly debug: number;
  readonly info: number;
}

/** Classes of levels: what is sampled by chance, by a bucket for each message, and what is always kept. */
export type LevelClass = 'debug' | 'info' | 'keep';

/** Decides about log lines and counts the dropped ones. */
export interface LogSampler {
  /** Tells whether the line is kept; `key` is its message before values are put in. */
  keep(level: LevelClass, key: string): boolean;
  /** What was dropped since the last report, if one is due. */
  report(): DroppedLines | undefined;
  /** What was dropped since the start. */
  dropped(): DroppedLines;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_KEY_LENGTH = 128;
const OTHER_KEYS = '';

/** Makes the sampler of a logger. Throws `TelintError` `TELINT_OPTION_INVALID` for rates that cannot be. */
export function createLogSampler(options: LogSampling = {}): LogSampler {
  const { debug = 0.01, reportMs = 10_000, maxKeys = 1000, random = Math.random } = options;
  const now = options.now ?? (() => performance.now());
  const info = options.info ?? { perSecond: 20, burst: 100 };
  if (!(debug >= 0 && debug <= 1)) {
    throw new TelintError('TELINT_OPTION_INVALID', `sampling.debug is ${debug}. Give a share from 0 to 1.`);
  }
  if (info !== false && !(info.perSecond >= 0 && info.burst >= 1)) {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      'sampling.info needs perSecond of 0 or more and burst of 1 or more.',
    );
  }
  const buckets = new Map<string, Bucket>();
  const total = { debug: 0, info: 0 };
  const told = { debug: 0, info: 0 };
  let toldAt = -Infinity;

  const take = (message: string, { perSecond, burst }: { perSecond: number; burst: number }): boolean => {
    const short = message.length > MAX_KEY_LENGTH ? message.slice(0, MAX_KEY_LENGTH) : message;
    const key = buckets.has(short) || buckets.size < maxKeys ? short : OTHER_KEYS;
    const time = now();
    const bucket = buckets.get(key);
    if (bucket === undefined) {
      buckets.set(key, { tokens: burst - 1, at: time });
      return true;
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((time - bucket.at) / 1000) * perSecond);
    bucket.at = time;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };

  return {
    keep(level, key) {
      if (level === 'keep') return true;
      if (level === 'debug' ? random() < debug : info === false || take(key, info)) return true;
      total[level] += 1;
      return false;
    },
    report() {
      if (total.debug === told.debug && total.info === told.info) return undefined;
      const time = now();
      if (time - toldAt < reportMs) return undefined;
      toldAt = time;
      const since = { debug: total.debug - told.debug, info: total.info - told.info };
      Object.assign(told, total);
      return since;
    },
    dropped: () => ({ ...total }),
  };
}
