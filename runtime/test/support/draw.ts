/** Numbers in [0, 1) that are the same on every run. Source: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function membersOf(body: string): string {
  let members = '';
  for (const [item] of body.matchAll(/\\.|[^\\]-[^\\]|[^]/g)) {
    if (item.length < 3) members += item.startsWith('\\') ? item.slice(1) : item;
    else for (let code = item.charCodeAt(0); code <= item.charCodeAt(2); code++) members += String.fromCharCode(code);
  }
  return members;
}

const PART = /(?:\[((?:\\.|[^\]])+)\]|\(\?:([^()]+)\)|\\(.)|([^]))(?:\{(\d+)(?:(,)(\d*))?\}|(\?))?/g;
const CLASSES: Record<string, string> = { w: 'a-zA-Z0-9_', d: '0-9' };

/** A text that a simple regular expression matches: literals, classes, alternatives, and a count after them. */
export function drawFrom(pattern: string, random: () => number): string {
  let out = '';
  for (const match of pattern.matchAll(PART)) {
    const [, body, group, escaped, literal, low = '1', comma, high, optional] = match;
    const least = optional === undefined ? Number(low) : 0;
    const most = comma === undefined ? Number(low) : high === '' || high === undefined ? least + 20 : Number(high);
    const count = least + Math.floor(random() * (Math.max(most, optional === undefined ? least : 1) - least + 1));
    const members = membersOf(
      body?.replaceAll(/\\([wd])/g, (_all, name: string) => CLASSES[name] ?? '') ?? CLASSES[escaped ?? ''] ?? '',
    );
    const choices = group?.split('|') ?? (members === '' ? [escaped ?? literal ?? ''] : Array.from(members));
    for (let at = 0; at < count; at++) {
      const choice = choices[Math.floor(random() * choices.length)] ?? '';
      out += group === undefined ? choice : drawFrom(choice, random);
    }
  }
  return out;
}
