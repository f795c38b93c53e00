import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A message on its way: header block and payload as they came. */
interface Delivery {
  readonly subject: string;
  readonly reply: string;
  readonly headers: Buffer;
  readonly payload: Buffer;
}
interface Subscription {
  readonly client: Client;
  readonly sid: string;
  readonly queue: string;
  readonly pattern: readonly string[];
  left: number;
}

function matches(pattern: readonly string[], subject: readonly string[]): boolean {
  for (const [i, token] of pattern.entries()) {
    if (token === '>') return subject.length > i;
    if (subject[i] === undefined || (token !== '*' && token !== subject[i])) return false;
  }
  return pattern.length === subject.length;
}

/** One connection: splits the text protocol of NATS into commands and their payloads. */
class Client {
  #buffer = Buffer.alloc(0);
  readonly socket: Socket;
  readonly server: StandIn;

  constructor(socket: Socket, server: StandIn) {
    this.socket = socket;
    this.server = server;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => server.drop(this));
    const info = {
      server_id: 'stand-in',
      version: '2.10.0',
      proto: 1,
      headers: server.headers,
      max_payload: 1_048_576,
    };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end === -1) return;
      const [verb = '', ...args] = this.#buffer.toString('utf8', 0, end).split(/\s+/);
      const command = verb.toUpperCase();
      const carries = command === 'PUB' || command === 'HPUB';
      const size = carries ? Number(args.at(-1)) : 0;
      const next = end + 2 + (carries ? size + 2 : 0);
      if (this.#buffer.length < next) return;
      const body = this.#buffer.subarray(end + 2, end + 2 + size);
      this.#buffer = this.#buffer.subarray(next);
      this.#run(command, args, body);
    }
  }

  #run(command: string, args: readonly string[], body: Buffer): void {
    const [first = '', second = '', third = ''] = args;
    if (command === 'PING') this.socket.write('PONG\r\n');
    else if (command === 'SUB') {
      const [queue, sid] = args.length === 3 ? [second, third] : ['', second];
      this.server.subscriptions.push({ client: this, sid, queue, pattern: first.split('.'), left: Infinity });
    } else if (command === 'UNSUB') this.server.unsubscribe(this, first, second);
    else if (command === 'PUB') {
      this.server.route({
        subject: first,
        reply: args.length === 3 ? second : '',
        headers: Buffer.alloc(0),
        payload: body,
      });
    } else if (command === 'HPUB') {
      const length = Number(args.at(-2));
      const reply = args.length === 4 ? second : '';
      this.server.route({ subject: first, reply, headers: body.subarray(0, length), payload: body.subarray(length) });
    }
  }

  deliver(sid: string, { subject, reply, headers, payload }: Delivery): void {
    const names = `${subject} ${sid} ${reply === '' ? '' : `${reply} `}`;
    const head =
      headers.length === 0
        ? `MSG ${names}${payload.length}\r\n`
        : `HMSG ${names}${headers.length} ${headers.length + payload.length}\r\n`;
    this.socket.write(Buffer.concat([Buffer.from(head), headers, payload, Buffer.from('\r\n')]));
  }
}

class StandIn {
  subscriptions: Subscription[] = [];
  readonly headers: boolean;

  constructor(headers: boolean) {
    this.headers = headers;
  }

  /** To every subscription that matches, and to one member of each queue group. */
  route(delivery: Delivery): void {
    const subject = delivery.subject.split('.');
    const groups = new Set<string>();
    for (const subscription of [...this.subscriptions]) {
      const { queue, client, sid } = subscription;
      if (!matches(subscription.pattern, subject) || (queue !== '' && groups.has(queue))) continue;
      groups.add(queue);
      client.deliver(sid, delivery);
      subscription.left -= 1;
      if (subscription.left <= 0) this.#remove(subscription);
    }
  }

  unsubscribe(client: Client, sid: string, max: string): void {
    const found = this.subscriptions.find((each) => each.client === client && each.sid === sid);
    if (found === undefined) return;
    if (max === '') this.#remove(found);
    else found.left = Number(max);
  }

  #remove(subscription: Subscription): void {
    this.subscriptions = this.subscriptions.filter((each) => each !== subscription);
  }

  drop(client: Client): void {
    this.subscriptions = this.subscriptions.filter((each) => each.client !== client);
  }
}

/**
 * A server that speaks the NATS text protocol with headers (INFO, CONNECT, PING, SUB, UNSUB, PUB, HPUB, MSG, HMSG), queue
 * groups and wildcards, for the real client library; no clusters, no permissions, no JetStream.
 */
export async function startNatsStandIn({ headers = true } = {}) {
  const standIn = new StandIn(headers);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new Client(socket, standIn);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    subscriptions: () => standIn.subscriptions.length,
    stop: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
