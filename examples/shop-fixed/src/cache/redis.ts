import { traceRedisPubSub } from '@telint/runtime/propagation';
import { Redis } from 'ioredis';
import { config } from '../config.ts';
import { EmbeddedRedis } from '../stand-ins/redis.ts';

/** What the shop needs of `ioredis`. */
export interface RedisClient {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, unit: 'EX', seconds: number): Promise<'OK' | null>;
  sadd(key: string, member: string): Promise<number>;
  smembers(key: string): Promise<string[]>;
  del(...keys: string[]): Promise<number>;
  publish(channel: string, message: string): Promise<number>;
  subscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  quit(): Promise<unknown>;
}

/** A connection of its own whose messages carry the trace. */
export function connectRedis(): RedisClient {
  const client: RedisClient = config.redisUrl ? new Redis(config.redisUrl, { lazyConnect: true }) : new EmbeddedRedis();
  return traceRedisPubSub(client);
}
