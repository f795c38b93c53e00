import { EventEmitter } from 'node:events';

type Value = string | Set<string>;

/** What all clients of this process share, as they would share a server. */
const values = new Map<string, { value: Value; until: number }>();
const channels = new EventEmitter().setMaxListeners(0);

/** Stands in for `ioredis`: the commands that the shop uses, in the memory of this process. */
export class EmbeddedRedis extends EventEmitter {
  #read(key: string): Value | undefined {
    const entry = values.get(key);
    if (entry && entry.until <= Date.now()) {
      values.delete(key);
      return undefined;
    }
    return entry?.value;
  }

  get(key: string): Promise<string | null> {
    const value = this.#read(key);
    return Promise.resolve(typeof value === 'string' ? value : null);
  }

  set(key: string, value: string, _unit: 'EX', seconds: number): Promise<'OK'> {
    values.set(key, { value, until: Date.now() + seconds * 1_000 });
    return Promise.resolve('OK');
  }

  sadd(key: string, member: string): Promise<number> {
    const value = this.#read(key);
    const members = value instanceof Set ? value : new Set<string>();
    const isNew = !members.has(member);
    values.set(key, { value: members.add(member), until: Infinity });
    return Promise.resolve(isNew ? 1 : 0);
  }

  smembers(key: string): Promise<string[]> {
    const value = this.#read(key);
    return Promise.resolve(value instanceof Set ? [...value] : []);
  }

  del(...keys: string[]): Promise<number> {
    return Promise.resolve(keys.filter((key) => values.delete(key)).length);
  }

  publish(channel: string, message: string): Promise<number> {
    setImmediate(() => channels.emit(channel, message));
    return Promise.resolve(channels.listenerCount(channel));
  }

  subscribe(channel: string): Promise<number> {
    channels.on(channel, (message: string) => this.emit('message', channel, message));
    return Promise.resolve(1);
  }

  quit(): Promise<'OK'> {
    this.removeAllListeners();
    return Promise.resolve('OK');
  }
}
