import type { Socket } from 'node:net';
import type { ServerRequest } from './request-options.ts';
import type { ServedRequest } from './served-request.ts';

/** Requests by connection whose response has no socket yet; one listener for all, or Node warns of a leak. */
const waiting = new WeakMap<Socket, Set<ServedRequest>>();

/**
 * A pipelined request waits for its turn without a socket, and its response hears nothing when the connection breaks:
 * ends it with the connection.
 */
export function endWithSocket(request: ServerRequest, served: ServedRequest): void {
  const { socket } = request as { socket?: Socket | null };
  // A made-up request of a test has no socket; one that is closed already will not tell again.
  if (typeof socket?.once !== 'function') return;
  let all = waiting.get(socket);
  if (all === undefined) {
    const fresh = new Set<ServedRequest>();
    all = fresh;
    waiting.set(socket, fresh);
    socket.once('close', () => {
      for (const one of fresh) one.close();
      fresh.clear();
    });
  }
  all.add(served);
  served.waiting = all;
}
