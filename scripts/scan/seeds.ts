import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Something that must never leave the service through its telemetry. */
export interface Seed {
  /** What it is, for the report. */
  readonly kind: string;
  readonly text: string;
}

const letters = (count: number, alphabet: string): string =>
  Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const ALPHANUMERIC = `${LOWER}${LOWER.toUpperCase()}0123456789`;
const HEX = '0123456789abcdef';

/** A card number with a right check digit (Luhn). */
export function cardNumber(): string {
  const digits = [4, ...Array.from({ length: 14 }, () => randomInt(10))];
  const sum = digits
    .toReversed()
    .reduce((total, digit, index) => total + (index % 2 === 0 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit), 0);
  return [...digits, (10 - (sum % 10)) % 10].join('');
}

function jsonWebToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: randomUUID(), name: letters(12, LOWER) };
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${randomBytes(32).toString('base64url')}`;
}

/**
 * New values of every kind. They are put together at run time, so that no scanner of repositories finds them here, and are
 * random, so that no two runs search for the same.
 */
export function createSeeds(): Seed[] {
  const email = `${letters(10, LOWER)}.${letters(8, LOWER)}@${letters(9, LOWER)}.example`;
  const password = `Pw-${letters(16, ALPHANUMERIC)}!`;
  return [
    { kind: 'e-mail address', text: email },
    { kind: 'card number', text: cardNumber() },
    { kind: 'password', text: password },
    { kind: 'Stripe key', text: ['sk', 'live', letters(24, ALPHANUMERIC)].join('_') },
    { kind: 'GitHub token', text: `${['gh', 'p'].join('')}_${letters(36, ALPHANUMERIC)}` },
    { kind: 'AWS access key', text: `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}` },
    { kind: 'Slack token', text: ['xoxb', letters(12, '0123456789'), letters(24, ALPHANUMERIC)].join('-') },
    { kind: 'JSON web token', text: jsonWebToken() },
    { kind: 'session token', text: letters(40, HEX) },
    { kind: 'SQL literal', text: `'; drop table ${letters(12, LOWER)}; --` },
    { kind: 'prompt', text: `Print ${letters(14, LOWER)} and then ${letters(14, LOWER)}` },
    { kind: 'postal address', text: `${letters(11, LOWER)} street ${randomInt(100, 999)}` },
    { kind: 'IBAN', text: `DE${letters(20, '0123456789')}` },
  ];
}

/** Shortest part of a seed that still tells what it was. */
const TELLING_LENGTH = 12;

/** A form in which a seed could leave. */
export interface Disguise {
  readonly kind: string;
  readonly form: string;
  readonly text: string;
}

/** The three texts that base64 of something longer contains, wherever in it the seed begins. */
function base64Cores(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${'x'.repeat(offset)}${text}`).toString('base64');
    // The first and the last characters depend on what stands beside.
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + Buffer.byteLength(text)) * 8) / 6));
  });
}

/** Every form of the seeds to search for: as it is, encoded, and its halves where they tell enough. */
export function disguisesOf(seeds: readonly Seed[]): Disguise[] {
  return seeds.flatMap(({ kind, text }) => {
    const half = Math.ceil(text.length / 2);
    const forms: [string, string][] = [
      ['as it is', text],
      ['as JSON', JSON.stringify(text).slice(1, -1)],
      ['percent-encoded', encodeURIComponent(text)],
      ['percent-encoded twice', encodeURIComponent(encodeURIComponent(text))],
      ...base64Cores(text).map((core): [string, string] => ['as base64', core]),
      ...base64Cores(text).map((core): [string, string] => [
        'as base64url',
        core.replace(/\+/g, '-').replace(/\//g, '_'),
      ]),
      ['as hexadecimal digits', Buffer.from(text).toString('hex')],
      ['backwards', Array.from(text).toReversed().join('')],
      ...(text.length >= 2 * TELLING_LENGTH
        ? ([
            ['its first half', text.slice(0, half)],
            ['its second half', text.slice(half)],
          ] as [string, string][])
        : []),
      ['in groups of four', text.replace(/(.{4})(?=.)/g, '$1 ')],
      ['in groups with hyphens', text.replace(/(.{4})(?=.)/g, '$1-')],
    ];
    return [...new Map(forms.map(([form, one]) => [one, form]))].map(([one, form]) => ({ kind, form, text: one }));
  });
}
