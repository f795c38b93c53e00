import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTICS, type DiagnosticCode } from '../src/diagnostics.ts';
import { tableRows } from './support/markdown.ts';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));
const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');

/** Warnings that an option for tests turns into errors. */
const ALSO_THROWN: readonly string[] = ['TELINT_LABEL_LIMIT'];

interface Use {
  readonly code: string;
  /** How the code is given; undefined where it is handed on in data. */
  readonly as: 'error' | 'warning' | undefined;
}

function uses(file: string): Use[] {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true);
  const found: Use[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && node.text.startsWith('TELINT_')) {
      const { parent } = node;
      const callee =
        (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.arguments?.[0] === node
          ? parent.expression.getText(tree)
          : '';
      found.push({
        code: node.text,
        as: callee === 'TelintError' ? 'error' : callee === 'warn' ? 'warning' : undefined,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const all = globSync('**/*.ts', { cwd: SOURCE }).flatMap((name) => uses(SOURCE + name));

describe('table of codes', () => {
  it('has one row for every code, in the words of the code, and no other', () => {
    expect(tableRows(page, 'code')).toEqual(
      Object.entries(DIAGNOSTICS).map(([code, { kind, summary, action }]) => [`\`${code}\``, kind, summary, action]),
    );
  });

  it('says what happened and what to do in whole sentences', () => {
    const fragments = Object.values(DIAGNOSTICS).flatMap(({ summary, action }) =>
      [summary, action].filter((text) => !/^[A-Z`][^\n]*\.$/.test(text)),
    );
    expect(fragments).toEqual([]);
  });
});

describe('codes', () => {
  it('are all given somewhere', () => {
    expect(Object.keys(DIAGNOSTICS).filter((code) => !all.some((use) => use.code === code))).toEqual([]);
  });

  it('are all in the table', () => {
    expect(all.filter(({ code }) => !Object.hasOwn(DIAGNOSTICS, code))).toEqual([]);
  });

  it('are thrown when they are errors, and never otherwise', () => {
    const wrong = all.filter(
      ({ code, as }) =>
        as !== undefined &&
        as !== DIAGNOSTICS[code as DiagnosticCode].kind &&
        !(as === 'error' && ALSO_THROWN.includes(code)),
    );
    expect(wrong).toEqual([]);
    expect(all.filter(({ as }) => as === 'error').length).toBeGreaterThan(20);
    expect(all.filter(({ as }) => as === 'warning').length).toBeGreaterThan(20);
  });

  it('of other documents exist', () => {
    const docs = fileURLToPath(new URL('../docs/', import.meta.url));
    const named = globSync('*.md', { cwd: docs }).flatMap((name) =>
      [...readFileSync(docs + name, 'utf8').matchAll(/\bTELINT_[A-Z_]+[A-Z]\b/g)].map(([code]) => code),
    );
    expect(named.filter((code) => !Object.hasOwn(DIAGNOSTICS, code))).toEqual([]);
    expect(named.length).toBeGreaterThan(40);
  });
});
