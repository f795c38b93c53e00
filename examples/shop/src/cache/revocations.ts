import { Redis } from 'ioredis';
import { config } from '../config.ts';
import { tracer } from '../telemetry/tracing.ts';
import { REVOKED, sessions } from './sessions.ts';

const subscriber = new Redis(config.redisUrl, { lazyConnect: true });

interface Revocation {
  customerId: string;
  count: number;
}

/** Forgets the sessions that other processes close. */
export async function followRevocations(): Promise<void> {
  subscriber.on('message', (_channel, message) => {
    const { customerId, count } = JSON.parse(message) as Revocation;
    tracer.startActiveSpan('sessions.forget', (span) => {
      try {
        span.setAttribute('shop.sessions', count);
        sessions.forget(customerId);
      } finally {
        span.end();
      }
    });
  });
  await subscriber.subscribe(REVOKED);
}

/** Closes the connection of the subscriber. */
export async function closeRevocations(): Promise<void> {
  await subscriber.quit();
}
