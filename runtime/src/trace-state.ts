import type { TraceState } from '@opentelemetry/api';

/** Longest header and most members that W3C Trace Context asks everybody to keep. */
const MAX_LENGTH = 512;
const MAX_MEMBERS = 32;

/** Immutable `tracestate`; the API's own factory is deprecated and the SDK's class is not a peer. */
class MemberList implements TraceState {
  readonly #members: ReadonlyMap<string, string>;

  constructor(members: ReadonlyMap<string, string>) {
    this.#members = members;
  }

  get(key: string): string | undefined {
    return this.#members.get(key);
  }

  /** The changed member moves to the front, as W3C Trace Context demands. */
  set(key: string, value: string): TraceState {
    const members = new Map([[key, value]]);
    for (const [name, text] of this.#members) if (name !== key) members.set(name, text);
    return new MemberList(members);
  }

  unset(key: string): TraceState {
    const members = new Map(this.#members);
    members.delete(key);
    return new MemberList(members);
  }

  serialize(): string {
    let text = '';
    let count = 0;
    for (const [key, value] of this.#members) {
      const next = text === '' ? `${key}=${value}` : `${text},${key}=${value}`;
      if (next.length > MAX_LENGTH || ++count > MAX_MEMBERS) break;
      text = next;
    }
    return text;
  }
}

/** Makes a `TraceState` from the text of the header, empty without one. */
export function traceStateOf(text = ''): TraceState {
  const members = new Map<string, string>();
  for (const member of text.split(',')) {
    const at = member.indexOf('=');
    if (at > 0) members.set(member.slice(0, at).trim(), member.slice(at + 1).trim());
  }
  return new MemberList(members);
}

/** A trace state with one member. */
export function traceStateWith(key: string, value: string): TraceState {
  return new MemberList(new Map([[key, value]]));
}
