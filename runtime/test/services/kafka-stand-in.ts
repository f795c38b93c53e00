import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Numbers and versions of the requests that the stand-in answers; versions that newer clients still speak. */
const APIS = {
  produce: [0, 3],
  fetch: [1, 4],
  listOffsets: [2, 1],
  metadata: [3, 1],
  offsetCommit: [8, 2],
  offsetFetch: [9, 1],
  findCoordinator: [10, 0],
  joinGroup: [11, 0],
  heartbeat: [12, 0],
  leaveGroup: [13, 0],
  syncGroup: [14, 0],
  apiVersions: [18, 0],
} as const;

class Reader {
  #at = 0;
  readonly #bytes: Buffer;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  #step(size: number): number {
    this.#at += size;
    return this.#at - size;
  }
  readonly i8 = (): number => this.#bytes.readInt8(this.#step(1));
  readonly i16 = (): number => this.#bytes.readInt16BE(this.#step(2));
  readonly i32 = (): number => this.#bytes.readInt32BE(this.#step(4));
  readonly i64 = (): bigint => this.#bytes.readBigInt64BE(this.#step(8));
  readonly text = (): string => {
    const size = Math.max(this.i16(), 0);
    return this.#bytes.toString('utf8', this.#step(size), this.#at);
  };
  readonly bytes = (): Buffer => {
    const size = Math.max(this.i32(), 0);
    return this.#bytes.subarray(this.#step(size), this.#at);
  };
  list<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(this.i32(), 0) }, item);
  }
}

const fixed = (size: number, write: (buffer: Buffer) => void): Buffer => {
  const buffer = Buffer.alloc(size);
  write(buffer);
  return buffer;
};
const i8 = (value: number): Buffer => fixed(1, (b) => b.writeInt8(value));
const i16 = (value: number): Buffer => fixed(2, (b) => b.writeInt16BE(value));
const i32 = (value: number): Buffer => fixed(4, (b) => b.writeInt32BE(value));
const i64 = (value: bigint): Buffer => fixed(8, (b) => b.writeBigInt64BE(value));
const text = (value: string): Buffer => Buffer.concat([i16(Buffer.byteLength(value)), Buffer.from(value)]);
const bytes = (value: Buffer): Buffer => Buffer.concat([i32(value.length), value]);
const all = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);
const list = <T>(items: readonly T[], item: (value: T) => Buffer): Buffer => all(i32(items.length), ...items.map(item));
const NULL_TEXT = i16(-1);
const OK = i16(0);

interface Batch {
  readonly base: bigint;
  readonly next: bigint;
  readonly records: Buffer;
}
interface Perhaps {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: bigint }[];
}

/** Place of the last offset delta in a record batch of format 2, behind base, length, epoch, magic, CRC and attributes. */
const LAST_DELTA = 23;

class Broker {
  port = 0;
  readonly logs = new Map<string, Batch[]>();
  readonly commits = new Map<string, bigint>();
  #assignment = Buffer.alloc(0);

  #log(topic: string): Batch[] {
    const log = this.logs.get(topic) ?? [];
    this.logs.set(topic, log);
    return log;
  }
  #end(topic: string): bigint {
    return this.#log(topic).at(-1)?.next ?? 0n;
  }
  /** Batches are kept as they came: only the base offset is the broker's to set, and the CRC does not cover it. */
  #append(topic: string, records: Buffer): bigint {
    const base = this.#end(topic);
    const stored = Buffer.from(records);
    stored.writeBigInt64BE(base);
    this.#log(topic).push({ base, next: base + BigInt(stored.readInt32BE(LAST_DELTA) + 1), records: stored });
    return base;
  }
  readonly #here = (): Buffer => all(text('127.0.0.1'), i32(this.port));
  readonly #topics = (r: Reader, partition: () => bigint): Perhaps[] =>
    r.list(() => ({
      topic: r.text(),
      partitions: r.list(() => ({ partition: r.i32(), offset: partition() })),
    }));
  readonly #answer = (topics: readonly Perhaps[], one: (topic: string, partition: number, offset: bigint) => Buffer) =>
    list(topics, ({ topic, partitions }) =>
      all(
        text(topic),
        list(partitions, ({ partition, offset }) => all(i32(partition), one(topic, partition, offset))),
      ),
    );

  async handle(api: number, version: number, r: Reader): Promise<Buffer> {
    switch (api) {
      case APIS.apiVersions[0]: {
        const known = list(Object.values(APIS), ([key, max]) => all(i16(key), i16(max), i16(max)));
        return all(OK, known, version > 0 ? i32(0) : i8(0).subarray(1));
      }
      case APIS.metadata[0]: {
        const asked = r.list(r.text);
        const names = asked.length === 0 ? [...this.logs.keys()] : asked;
        const partition = all(OK, i32(0), i32(1), list([1], i32), list([1], i32));
        return all(
          list([1], (id) => all(i32(id), this.#here(), NULL_TEXT)),
          i32(1),
          list(names, (name) => all(OK, text(name), i8(0), i32(1), partition)),
        );
      }
      case APIS.produce[0]: {
        r.text();
        r.i16();
        r.i32();
        const written = r.list(() => ({
          topic: r.text(),
          partitions: r.list(() => ({ partition: r.i32(), records: r.bytes() })),
        }));
        const answer = written.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition, records }) => ({ partition, offset: this.#append(topic, records) })),
        }));
        return all(
          this.#answer(answer, (_, __, offset) => all(OK, i64(offset), i64(-1n))),
          i32(0),
        );
      }
      case APIS.fetch[0]: {
        r.i32();
        const wait = r.i32();
        r.i32();
        r.i32();
        r.i8();
        const asked = this.#topics(r, () => {
          const offset = r.i64();
          r.i32();
          return offset;
        });
        const isEmpty = asked.every((each) => each.partitions.every(({ offset }) => offset >= this.#end(each.topic)));
        if (isEmpty) await new Promise((resolve) => setTimeout(resolve, Math.min(wait, 20)));
        const found = this.#answer(asked, (topic, _, offset) => {
          const records = this.#log(topic).filter(({ next }) => next > offset);
          const end = i64(this.#end(topic));
          return all(OK, end, end, i32(0), bytes(all(...records.map((batch) => batch.records))));
        });
        return all(i32(0), found);
      }
      case APIS.listOffsets[0]: {
        r.i32();
        // The time −2 asks for the beginning.
        return this.#answer(this.#topics(r, r.i64), (topic, _, time) =>
          all(OK, i64(-1n), i64(time === -2n ? 0n : this.#end(topic))),
        );
      }
      case APIS.findCoordinator[0]:
        return all(OK, i32(1), this.#here());
      case APIS.joinGroup[0]: {
        r.text();
        r.i32();
        const member = r.text() || 'member-1';
        r.text();
        const [protocol] = r.list(() => ({ name: r.text(), metadata: r.bytes() }));
        const members = list([member], (id) => all(text(id), bytes(protocol?.metadata ?? Buffer.alloc(0))));
        return all(OK, i32(1), text(protocol?.name ?? ''), text(member), text(member), members);
      }
      case APIS.syncGroup[0]: {
        r.text();
        r.i32();
        r.text();
        const [assigned] = r.list(() => ({ member: r.text(), assignment: r.bytes() }));
        if (assigned !== undefined) this.#assignment = Buffer.from(assigned.assignment);
        return all(OK, bytes(this.#assignment));
      }
      case APIS.heartbeat[0]:
      case APIS.leaveGroup[0]:
        return OK;
      case APIS.offsetFetch[0]: {
        const group = r.text();
        return this.#answer(
          this.#topics(r, () => 0n),
          (topic, partition) => all(i64(this.commits.get(`${group} ${topic} ${partition}`) ?? -1n), text(''), OK),
        );
      }
      case APIS.offsetCommit[0]: {
        const group = r.text();
        r.i32();
        r.text();
        r.i64();
        const committed = this.#topics(r, () => {
          const offset = r.i64();
          r.text();
          return offset;
        });
        return this.#answer(committed, (topic, partition, offset) => {
          this.commits.set(`${group} ${topic} ${partition}`, offset);
          return OK;
        });
      }
      default:
        throw new Error(`The stand-in does not know request ${api}.`);
    }
  }
}

async function serve(broker: Broker, socket: Socket): Promise<void> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE()) {
      const end = 4 + pending.readInt32BE();
      const reader = new Reader(pending.subarray(4, end));
      pending = pending.subarray(end);
      const [api, version, correlation] = [reader.i16(), reader.i16(), reader.i32()];
      reader.text();
      const body = await broker.handle(api, version, reader);
      socket.write(all(i32(body.length + 4), i32(correlation), body));
    }
  }
}

/**
 * One broker that speaks the binary protocol of Kafka (record batches of format 2 with headers) for the real client:
 * topics with one partition, groups with one member; no replication, transactions or compaction.
 */
export async function startKafkaStandIn() {
  const broker = new Broker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(broker, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  broker.port = (server.address() as AddressInfo).port;
  return {
    port: broker.port,
    committed: (group: string, topic: string): bigint | undefined => broker.commits.get(`${group} ${topic} 0`),
    stop: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
