import { createHash, randomBytes } from 'node:crypto';
import { withSpan } from '@telint/runtime';
import { config } from '../config.ts';
import { logger } from '../telemetry/logger.ts';
import { cacheMetrics } from '../telemetry/metrics.ts';
import { connectRedis, type RedisClient } from './redis.ts';

/** Channel that tells all processes whose sessions were closed. */
export const REVOKED = 'sessions:revoked';

const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 10_000;
const CACHE = { cache_name: 'sessions' } as const;

/** Redis holds only the digest: whoever reads its keys cannot sign in with them. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Sessions by token. Every process remembers those it has read, until another process tells that they are revoked. */
export class SessionStore {
  readonly #redis: RedisClient;
  readonly #known = new Map<string, { customerId: string; until: number }>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Opens a session and returns its token. */
  async create(customerId: string): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    const key = digest(token);
    const stopTimer = cacheMetrics.duration.startTimer({ ...CACHE, operation: 'set' });
    await this.#redis.set(`session:${key}`, customerId, 'EX', config.sessionSeconds);
    await this.#redis.sadd(`sessions:${customerId}`, key);
    stopTimer();
    return token;
  }

  /** The customer whom a token belongs to. */
  async read(token: string): Promise<string | null> {
    const key = digest(token);
    const known = this.#known.get(key);
    if (known && known.until > Date.now()) {
      cacheMetrics.requests.inc({ ...CACHE, outcome: 'hit' });
      return known.customerId;
    }
    const stopTimer = cacheMetrics.duration.startTimer({ ...CACHE, operation: 'get' });
    const customerId = await this.#redis.get(`session:${key}`);
    stopTimer();
    cacheMetrics.requests.inc({ ...CACHE, outcome: customerId ? 'hit' : 'miss' });
    logger.debug({ found: customerId !== null }, 'session looked up');
    if (customerId) {
      this.#remember(key, customerId);
    }
    return customerId;
  }

  #remember(key: string, customerId: string): void {
    if (this.#known.size >= REMEMBERED_MAX) {
      cacheMetrics.evictions.inc({ ...CACHE, reason: 'capacity' }, this.#known.size);
      this.#known.clear();
    }
    this.#known.set(key, { customerId, until: Date.now() + REMEMBERED_MS });
  }

  /** Forgets what this process remembers of a customer's sessions. */
  forget(customerId: string): void {
    for (const [key, known] of this.#known) {
      if (known.customerId === customerId) {
        this.#known.delete(key);
      }
    }
  }

  /** Closes all sessions of a customer and returns how many there were. */
  async revokeAll(customerId: string): Promise<number> {
    return withSpan('sessions.revoke_all', async (span) => {
      const keys = await this.#redis.smembers(`sessions:${customerId}`);
      span.setAttribute('shop.sessions', keys.length);
      if (keys.length > 0) {
        await this.#redis.del(...keys.map((key) => `session:${key}`), `sessions:${customerId}`);
        await this.#redis.publish(REVOKED, JSON.stringify({ customerId, count: keys.length }));
      }
      return keys.length;
    });
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.#redis.quit();
  }
}

/** The sessions of this service. */
export const sessions = new SessionStore(connectRedis());
