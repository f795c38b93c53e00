import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { config } from '../config.ts';
import { logger } from '../telemetry/logger.ts';
import { sessionLookups } from '../telemetry/metrics.ts';
import { tracer } from '../telemetry/tracing.ts';

/** Sessions by token; other services learn about revoked ones through a channel. */
export class SessionStore {
  readonly #redis: Redis;

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
    logger.debug(`session ${token} opened`);
    return token;
  }

  /** The customer whom a token belongs to. */
  async read(token: string): Promise<string | null> {
    const customerId = await this.#redis.get(`session:${token}`);
    sessionLookups.inc({ result: customerId ? 'hit' : 'miss' });
    return customerId;
  }

  /** Closes all sessions of a customer and returns how many there were. */
  async revokeAll(customerId: string): Promise<number> {
    const span = tracer.startSpan('sessions.revoke_all');
    const tokens = await this.#redis.smembers(`sessions:${customerId}`);
    span.setAttribute('shop.sessions', tokens.length);
    if (tokens.length > 0) {
      await this.#redis.del(...tokens.map((token) => `session:${token}`), `sessions:${customerId}`);
      await this.#redis.publish('sessions:revoked', JSON.stringify({ customerId, count: tokens.length }));
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
