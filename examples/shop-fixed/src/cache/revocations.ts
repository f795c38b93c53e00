import { withSpan } from '@telint/runtime';
import { connectRedis } from './redis.ts';
import { REVOKED, sessions } from './sessions.ts';

const subscriber = connectRedis();

interface Revocation {
  customerId: string;
  count: number;
}

/** Forgets the sessions that other processes close. */
export async function followRevocations(): Promise<void> {
  subscriber.on('message', (_channel, message) => {
    const { customerId, count } = JSON.parse(message) as Revocation;
    withSpan('sessions.forget', { attributes: { 'shop.sessions': count } }, () => {
      sessions.forget(customerId);
    });
  });
  await subscriber.subscribe(REVOKED);
}

/** Closes the connection of the subscriber. */
export async function closeRevocations(): Promise<void> {
  await subscriber.quit();
}
