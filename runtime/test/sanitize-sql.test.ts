import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSqlSanitizer, sanitizeSql, type SqlOptions } from '../src/sanitize-sql.ts';

/** Written without the tokenizer, for what the published statements contain. */
const COMMENT_OR_STRING = /\/\*.*?\*\/|--[^\n]*|'((?:[^'\\]|''|\\.)+)'/gs;

interface PublishedCase {
  readonly name: string;
  readonly dialect: 'postgres' | 'mysql' | 'mssql' | 'oracle' | 'snowflake';
  readonly options: SqlOptions;
  readonly input: string;
  readonly expected: string;
}

const { cases } = JSON.parse(readFileSync(new URL('./data/go-sqllexer.json', import.meta.url), 'utf8')) as {
  cases: PublishedCase[];
};

const run = ({ dialect, options, input }: PublishedCase): string =>
  createSqlSanitizer({ ...options, dialect, layout: 'canonical', maxLength: 1e6 })(input);

describe('outputs published by go-sqllexer', () => {
  /** Two containment operands and not a path are kept there; two doubled quotes are two literals there. */
  const DIFFERENT = [
    'mssql/procedure/stored-procedure-dynamic-sql-error-handling',
    'postgresql/select/jsonb-contained-in-path',
    'postgresql/select/jsonb-contains-object-at-top-level',
  ];

  it('are equal but for three that are explained', () => {
    expect(cases).toHaveLength(441);
    const different = cases.filter((published) => run(published) !== published.expected);
    expect(different.map(({ name }) => name)).toEqual(DIFFERENT);
  });

  it.each(['source', 'canonical'] as const)('contain no literal in the %s layout, dialect known or not', (layout) => {
    let planted = 0;
    for (const { input, dialect, options } of cases) {
      const literals = [...input.matchAll(COMMENT_OR_STRING)].map((match) => match[1] ?? '');
      const code = input.replaceAll(COMMENT_OR_STRING, ' ');
      for (const output of [
        createSqlSanitizer({ ...options, dialect, layout, keepJsonPath: false, maxLength: 1e6 })(input),
        createSqlSanitizer({ ...options, layout, keepJsonPath: false, maxLength: 1e6 })(input),
      ]) {
        for (const word of literals.flatMap((literal) => literal.match(/[\w@.%-]{3,}/g) ?? [])) {
          if (code.includes(word)) continue;
          planted += 1;
          expect(output.includes(word), `${word} in ${output}`).toBe(false);
        }
        expect(output.replaceAll(/[\w$@:?#"]*[A-Za-z_$@:#"][\w$?]*/g, ''), output).not.toMatch(/\d/);
      }
    }
    expect(planted).toBeGreaterThan(500);
  });
});

describe('sanitizeSql', () => {
  it.each([
    ['any', "SELECT a FROM t WHERE b = 'x' AND c IN (1, 2, 3) -- note", 'SELECT a FROM t WHERE b = ? AND c IN (?)'],
    [
      'any',
      'SELECT "u"."id" FROM "users" "u" WHERE "u"."mail" = \'x\'',
      'SELECT "u"."id" FROM "users" ? WHERE "u"."mail" = ?',
    ],
    ['any', 'SELECT * FROM t WHERE a = "x"', 'SELECT * FROM t WHERE a = ?'],
    ['any', "SELECT 'a\\' FROM t WHERE b = 'x'", 'SELECT ?'],
    ['postgres', "SELECT 'C:\\', E'it\\'s', $t$it's$t$, data->>'k' FROM t", 'SELECT ?, E?, ?, data->>? FROM t'],
    ['postgres', "SELECT E'a'\n 'b\\'c', d", 'SELECT E?, d'],
    ['postgres', '/* a /* b */ secret */ SELECT $1::int', 'SELECT $1::int'],
    ['mysql', "SELECT 5--1, `a'b`, \"it's\" # it's\nFROM t", "SELECT ?-?, `a'b`, ? FROM t"],
    ['mssql', "SELECT [it's], N'x', $12.50, @p1 FROM #t", "SELECT [it's], N?, ?, @p1 FROM #t"],
    ['oracle', "SELECT q'[it's]', :1, :name, 1.5f FROM v$session", 'SELECT q?, :1, :name, ? FROM v$session'],
    ['oracle', 'ALTER USER bob IDENTIFIED BY "new" REPLACE old', 'ALTER USER bob IDENTIFIED BY ? REPLACE ?'],
    ['sqlite', 'SELECT "a" FROM "t" WHERE b = "x"', 'SELECT ? FROM "t" WHERE b = ?'],
    ['snowflake', "COPY INTO t FROM @stage/a/b // it's\nPATTERN = 'x'", 'COPY INTO t FROM @stage/a/b PATTERN = ?'],
    ['postgres', 'COPY t FROM stdin;\nann\t42\n\\.', 'COPY t FROM stdin'],
  ] as const)('%s: %s', (dialect, statement, expected) => {
    expect(sanitizeSql(statement, dialect)).toBe(expected);
  });

  it('replaces what is no text, and cuts what is too long', () => {
    expect(sanitizeSql(undefined as unknown as string)).toBe('?');
    expect(createSqlSanitizer({ maxLength: 10 })("SELECT 'abcdef'")).toBe('SELECT ?…');
  });

  it('keeps literals of path operators only where asked', () => {
    const keep = createSqlSanitizer({ dialect: 'postgres', keepJsonPath: true });
    expect(keep("SELECT a -> 'b', c @> 'd', e #>> '{f,1}'")).toBe("SELECT a -> 'b', c @> ?, e #>> '{f,1}'");
    expect(keep("SELECT a -> 'b")).toBe('SELECT a -> ?');
  });

  it('says which dialects there are', () => {
    expect(() => createSqlSanitizer({ dialect: 'db2' as never })).toThrow(
      /Write one of: any, postgres.*TELINT_OPTION_INVALID/,
    );
  });

  it('gives the same again for its own output', () => {
    for (const { input, dialect } of cases) {
      const once = sanitizeSql(input, dialect);
      expect(sanitizeSql(once, dialect)).toBe(once);
    }
  });
});

describe('texts of any length, one inside of the other', () => {
  it('goes on behind the body of a function, which is a statement of its own', () => {
    const sanitize = createSqlSanitizer({ dialect: 'postgres', dollarFunctions: true });
    const body = (value: string): string => `SELECT a_name_that_is_long, ${value} FROM t`;
    expect(
      sanitize(
        `CREATE FUNCTION f() AS $func$${body("'hunter2', 12345")}$func$ LANGUAGE plpgsql; SELECT 'é', 42 FROM ü`,
      ),
    ).toBe(`CREATE FUNCTION f() AS $func$${body('?, ?')}$func$ LANGUAGE plpgsql; SELECT ?, ? FROM ü`);
  });

  it('reads a short statement after a long one to its end and not further', () => {
    const sanitize = createSqlSanitizer({ maxLength: Infinity });
    expect(sanitize("SELECT 'x', y FROM z; ".repeat(2000))).toBe(
      'SELECT ?, y FROM z; '.repeat(2000).trimEnd().slice(0, -1),
    );
    expect(sanitize('SELECT a')).toBe('SELECT a');
    expect(sanitize('')).toBe('');
  });
});
