/**
 * Load for the HTTP bench, run as a child process: for each message `{ port, requests, connections }` it sends so many requests
 * over keep-alive connections, one at a time on each, and answers with the times.
 */
import { connect, type Socket } from 'node:net';

/** What to send. */
export interface LoadOrder {
  readonly port: number;
  readonly requests: number;
  readonly connections: number;
}

/** What came of it: milliseconds over all, and the 99th percentile of single requests. */
export interface LoadResult {
  readonly totalMs: number;
  readonly p99Ms: number;
}

const REQUEST = 'GET /users/4711?page=2 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n';
const END = 'done!';
const sockets = new Map<number, Socket[]>();

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.setNoDelay(true)));
    socket.once('error', reject);
  });
}

/** Without an answer on its way, whoever waits for the result would wait for ever. */
const giveUp = (): never => process.exit(1);

async function run({ port, requests, connections }: LoadOrder): Promise<LoadResult> {
  let open = sockets.get(port);
  if (open === undefined) {
    open = await Promise.all(Array.from({ length: connections }, () => openSocket(port)));
    sockets.set(port, open);
  }
  if (open.some(({ destroyed }) => destroyed)) giveUp();
  const times: number[] = [];
  let left = requests;
  const start = performance.now();
  await Promise.all(
    open.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let sentAt = 0;
          const send = (): void => {
            if (left-- <= 0) {
              socket.removeAllListeners('data').removeListener('close', giveUp);
              resolve();
              return;
            }
            sentAt = performance.now();
            socket.write(REQUEST);
          };
          socket.on('close', giveUp);
          socket.on('data', (chunk) => {
            if (!chunk.toString('latin1').endsWith(END)) return;
            times.push(performance.now() - sentAt);
            send();
          });
          send();
        }),
    ),
  );
  const totalMs = performance.now() - start;
  times.sort((a, b) => a - b);
  return { totalMs, p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN };
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
