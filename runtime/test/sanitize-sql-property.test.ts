import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSqlSanitizer, type SqlDialect } from '../src/sanitize-sql.ts';

const SECRET = 'zqsecretqz';
const DIGITS = '739184625';

/** Every way to write a literal with the secret in it, also beside what confuses a tokenizer: quotes, backslashes, comments. */
const COMMON = [
  `'${SECRET}'`,
  `'it''s ${SECRET} -- no /* comment'`,
  `'%${SECRET}%'`,
  `N'${SECRET}'`,
  `'"${SECRET}" \`x\` [y] $$ #'`,
  `X'${DIGITS}'`,
  DIGITS,
  `-${DIGITS}`,
  `${DIGITS}.5e-3`,
  `0x${DIGITS}`,
  `.${DIGITS}`,
];
const LITERALS: Record<SqlDialect, readonly string[]> = {
  any: COMMON,
  postgres: [
    `E'it\\'s ${SECRET}'`,
    `e'a\\\\\\'${SECRET}'\n  '\\'${SECRET}'`,
    `'C:\\'`,
    `$$it's ${SECRET}$$`,
    `$tag$ $$ ' ${SECRET} $tag$`,
    `U&'${SECRET}'`,
    `${DIGITS}::text`,
    `arr[${DIGITS}:${DIGITS}]`,
    `data->>'${SECRET}'`,
    `B'0101'`,
  ],
  mysql: [
    `'it\\'s ${SECRET}'`,
    `"${SECRET}"`,
    `"it's ${SECRET} \\" #"`,
    `_utf8mb4'${SECRET}'`,
    `'\\\\'`,
    `1--${DIGITS}`,
  ],
  mssql: [`'C:\\${SECRET}\\'`, `N'\\'`, `$${DIGITS}.12`, `[it's].x + '${SECRET}'`],
  oracle: [`q'[it's ${SECRET}]'`, `nq'{' ${SECRET} '}'`, `q'!'${SECRET}!'`, `'\\'`, `${DIGITS}d`],
  sqlite: [`"${SECRET}"`, `x'${DIGITS}'`, `'\\'`],
  snowflake: [`'it\\'s ${SECRET}'`, `$$it's ${SECRET}$$`, `'\\\\'`],
};
const FILLERS: Record<SqlDialect, readonly string[]> = {
  any: ['a', 't.b', '$1', 'NULL', '*', 'count(*)', '-- x\n', ' /* y */ ', '\n'],
  postgres: ['"Quoted"', '/* a /* b */ c */', "/* it's */", "-- it's\n", 'a #>> b', 'c::int'],
  mysql: ["`it's`", "# it's\n", "-- it's\n", '/*! x */', '@v'],
  mssql: ["[it's]", '#temp', '/* a /* b */ c */', "-- it's\n", '@p1'],
  oracle: ['"Quoted"', ':name', ':1', 'v$session', "-- it's\n", 'file#'],
  sqlite: ['[a b]', '`c`', '?1', "-- it's\n"],
  snowflake: ['"Quoted"', '@stage/a', "// it's\n", 'obj:field', "-- it's\n"],
};
const SHAPES: readonly ((value: string, name: string) => string)[] = [
  (value, name) => `SELECT ${name} FROM t WHERE a = ${value}`,
  (value) => `WHERE a IN (${value}, ${value},${value})`,
  (value, name) => `INSERT INTO t (a, b) VALUES (${value}, ${name}, ${value})`,
  (value) => `LIKE ${value} ESCAPE ${value}`,
  (value, name) => `CASE WHEN ${name} > ${value} THEN ${value} ELSE ${value} END`,
  (value) => `f(${value}, ${value}) || ${value}`,
  (value) => `LIMIT ${value}; `,
  (value) => `-- ${value}\n`,
  (value) => `/* ${value.replaceAll('*/', '')} */`,
  (_, name) => name,
];

const statement = (dialect: SqlDialect): fc.Arbitrary<string> =>
  fc
    .array(
      fc
        .tuple(
          fc.constantFrom(...SHAPES),
          fc.constantFrom(...LITERALS[dialect], ...COMMON),
          fc.constantFrom(...FILLERS[dialect], ...FILLERS.any),
        )
        .map(([shape, value, name]) => shape(value, name)),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts) => parts.join(' '));

/** Characters that begin, end or escape something in one of the dialects. */
const CONFUSING = Array.from(`'"\`[]$#-/*\\@:.,;()=<>?! \nEqa1é‘`).concat('😀');

/** What is quoted in a dialect, and words: there digits may stay. */
const NAMES: Record<SqlDialect, RegExp> = {
  any: /"[^"]*"|`[^`]*`/g,
  postgres: /"[^"]*"/g,
  mysql: /`[^`]*`/g,
  mssql: /"[^"]*"|\[[^\]]*\]/g,
  oracle: /"[^"]*"/g,
  sqlite: /"[^"]*"|`[^`]*`|\[[^\]]*\]/g,
  snowflake: /"[^"]*"/g,
};
const WORDS = /[$:@]\d+|[\w$@#?.é😀]*[A-Za-z_@#é😀$][\w$@#?.é😀]*/g;

const DIALECTS = Object.keys(LITERALS) as SqlDialect[];
const NUM_RUNS = 1500;

function expectNoSecret(output: string, input: string): void {
  expect(output.includes(SECRET) || output.includes(DIGITS), `${input}\n=> ${output}`).toBe(false);
}

describe('no planted literal survives', () => {
  it.each(DIALECTS)('in %s, whole or cut anywhere', (dialect) => {
    const source = createSqlSanitizer({ dialect });
    const canonical = createSqlSanitizer({
      dialect,
      layout: 'canonical',
      keepAlias: false,
      keepQuotes: false,
      keepDigits: false,
      keepNull: false,
      dollarFunctions: true,
    });
    fc.assert(
      fc.property(statement(dialect), fc.nat(), (input, cut) => {
        for (const text of [input, input.slice(0, cut % (input.length + 1))]) {
          expectNoSecret(source(text), text);
          expectNoSecret(canonical(text), text);
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it.each(DIALECTS)('when nobody said that the statement is %s', (dialect) => {
    const sanitize = createSqlSanitizer();
    fc.assert(
      fc.property(statement(dialect), fc.nat(), (input, cut) => {
        expectNoSecret(sanitize(input), input);
        expectNoSecret(sanitize(input.slice(0, cut % (input.length + 1))), input);
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('with a quote too many in front of it', () => {
    for (const dialect of DIALECTS) {
      const sanitize = createSqlSanitizer({ dialect });
      expectNoSecret(sanitize(`SELECT ' FROM t WHERE a = '${SECRET}' AND b = 1`), '');
    }
  });
});

describe('a stage of Snowflake', () => {
  const sanitize = createSqlSanitizer({ dialect: 'snowflake' });

  it.each([
    ['COPY INTO @stage/sales/ FROM t', 'COPY INTO @stage/sales/ FROM t'],
    ['LIST @stage/2024/invoices', 'LIST @stage/?/invoices'],
    ['LIST @stage/customers/4711', 'LIST @stage/customers/?'],
  ])('%j becomes %j: numbers in a path are data', (text, expected) => {
    expect(sanitize(text)).toBe(expected);
  });
});

describe('any text', () => {
  it('never throws, and never gets longer by more than a placeholder for each character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...CONFUSING) }), fc.constantFrom(...DIALECTS), (text, dialect) => {
        const output = createSqlSanitizer({ dialect, dollarFunctions: true })(text);
        expect(output.length).toBeLessThanOrEqual(2 * text.length + 1);
        expect(output.replaceAll(NAMES[dialect], '').replaceAll(WORDS, '')).not.toMatch(/\d/);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    "'a' ",
    "'\\' ",
    '/*',
    '/*/',
    '$a$b ',
    '"a" ',
    '[a ',
    '# ',
    "E'a'\n'b' ",
    '(1,',
    '--x\n',
    '@a',
    '`',
    "q'",
    '"."',
    '\\',
    '?,',
  ])('of %j takes time in proportion to its length', (unit) => {
    const sanitize = createSqlSanitizer({ maxLength: Infinity });
    const time = (length: number): number => {
      const text = unit.repeat(length / unit.length);
      let best = Infinity;
      for (let round = 0; round < 5; round += 1) {
        const start = process.hrtime.bigint();
        sanitize(text);
        best = Math.min(best, Number(process.hrtime.bigint() - start));
      }
      return best;
    };
    time(16_384);
    // Linear is a factor of 8, quadratic one of 64.
    expect(time(131_072) / Math.max(time(16_384), 20_000)).toBeLessThan(32);
  });
});
