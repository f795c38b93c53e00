import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { config } from '../config.ts';
import { logger } from '../telemetry/logger.ts';
import { sessionLookups } from '../telemetry/metrics.ts';
import { tracer } from '../telemetry/tracing.ts';

/** Channel that tells all processes whose sessions were closed. */
export const REVOKED = 'sessions:revoked';

const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 10_000;

/** Sessions by token. Every process remembers those it has read, until another process tells that they are revoked. */
export class SessionStore {
  readonly #redis: Redis;
  readonly #known = new Map<string, { customerId: string; until: number }>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Opens a session and returns its token. */
  async create(customerId: string): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    await this.#redis
      .multi()
      .set(`session:${token}`, customerId, 'EX', config.sessionSeconds)
      .sadd(`sessions:${customerId}`, token)
      .exec();
    return token;
  }

  /** The customer whom a token belongs to. */
  async read(token: string): Promise<string | null> {
    const known = this.#known.get(token);
    if (known && known.until > Date.now()) {
      sessionLookups.inc({ result: 'remembered' });
      return known.customerId;
    }
    const customerId = await this.#redis.get(`session:${token}`);
    sessionLookups.inc({ result: customerId ? 'hit' : 'miss' });
    logger.debug(`session ${token} looked up`);
    if (customerId) {
      this.#remember(token, customerId);
    }
    return customerId;
  }

  #remember(token: string, customerId: string): void {
    if (this.#known.size >= REMEMBERED_MAX) {
      this.#known.clear();
    }
    this.#known.set(token, { customerId, until: Date.now() + REMEMBERED_MS });
  }

  /** Forgets what this process remembers of a customer's sessions. */
  forget(customerId: string): void {
    for (const [token, known] of this.#known) {
      if (known.customerId === customerId) {
        this.#known.delete(token);
      }
    }
  }

  /** Closes all sessions of a customer and returns how many there were. */
  async revokeAll(customerId: string): Promise<number> {
    const span = tracer.startSpan('sessions.revoke_all');
    const tokens = await this.#redis.smembers(`sessions:${customerId}`);
    span.setAttribute('shop.sessions', tokens.length);
    if (tokens.length > 0) {
      await this.#redis.del(...tokens.map((token) => `session:${token}`), `sessions:${customerId}`);
      await this.#redis.publish(REVOKED, JSON.stringify({ customerId, count: tokens.length }));
    }
    return tokens.length;
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.#redis.quit();
  }
}

/** The sessions of this service. */
export const sessions = new SessionStore(new Redis(config.redisUrl, { lazyConnect: true }));
