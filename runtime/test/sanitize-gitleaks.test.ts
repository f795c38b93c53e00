import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSanitizer } from '../src/sanitize.ts';
import { drawFrom, seededRandom } from './support/draw.ts';

interface Rule {
  readonly id: string;
  readonly pattern: string;
  readonly samples: readonly (readonly [name: string, secret: string])[];
  readonly positives: readonly string[];
  readonly negatives: readonly string[];
}

interface Cases {
  readonly formats: readonly string[];
  readonly rules: readonly Rule[];
}

const data = JSON.parse(readFileSync(new URL('data/gitleaks-cases.json', import.meta.url), 'utf8')) as Cases;
const sanitizer = createSanitizer({ maxStringLength: 1_000_000 });
const random = seededRandom(1);

/** The text as gitleaks has it: marks gone, secrets drawn. */
function real(text: string): string {
  return text.replaceAll('‸', '').replaceAll(/⟦([^⟧]*)⟧/g, (_all, pattern: string) => drawFrom(pattern, random));
}

function format(text: string, name: string, secret: string): string {
  return text.replaceAll('{i}', name).replaceAll('{I}', name.toUpperCase()).replaceAll('{s}', secret);
}

/** Files of their own format; a telemetry value is none of them. */
const FILE_FORMATS = new Set(['kubernetes-secret-yaml', 'nuget-config-password']);
/** `--user 'a':'b'` in three quotings; command lines are replaced as a whole under their key. */
const KNOWN_MISSES: Readonly<Record<string, number>> = { 'curl-auth-user': 3 };

describe('test strings of gitleaks', () => {
  const rules = data.rules.filter(({ id }) => !FILE_FORMATS.has(id));

  it('has all of them', () => {
    expect(data.rules.length).toBeGreaterThan(210);
    expect(data.formats.length).toBeGreaterThan(20);
  });

  it.each(rules.map((rule) => [rule.id, rule] as const))('%s: positives', (id, { pattern, positives }) => {
    const leak = new RegExp(pattern);
    const texts = positives.map(real).filter((text) => leak.test(text));
    const missed = texts.map((text) => sanitizer.value(text)).filter((text) => leak.test(text));
    expect(missed.length, missed.join('\n')).toBe(KNOWN_MISSES[id] ?? 0);
  });

  it.each(rules.map((rule) => [rule.id, rule] as const))('%s: samples in every format', (_id, { samples }) => {
    for (const [name, expression] of samples) {
      const secret = real(expression);
      for (const text of data.formats) {
        const out = sanitizer.value(format(text, real(name), secret));
        expect(out).not.toContain(secret);
      }
    }
  });

  it('leaves most of the false positives alone that neither a name nor a format makes a secret', () => {
    const all = data.rules.flatMap(({ negatives }) => negatives.map(real));
    const untouched = all.filter((text) => sanitizer.value(text) === text);
    expect(untouched.length / all.length).toBeGreaterThan(0.55);
  });
});
