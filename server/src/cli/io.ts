import { styleText } from 'node:util';

/** What a command may use of the process, so that tests can run commands in their own. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal. */
  readonly outIsTerminal: boolean;
  /** Width of that terminal. */
  readonly columns?: number | undefined;
  /** Standard error is a terminal: progress is shown there. */
  readonly errIsTerminal: boolean;
  out(text: string): void;
  err(text: string): void;
}

/** The streams of this process. */
export function processIo(): Io {
  return {
    cwd: process.cwd(),
    env: process.env,
    outIsTerminal: process.stdout.isTTY,
    columns: process.stdout.columns,
    errIsTerminal: process.stderr.isTTY,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}

/** Formats of `styleText` that the command line uses. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'underline';

/** Colours a text where the output takes colours. */
export type Paint = (style: Style, text: string) => string;

/** Colours on a terminal, unless NO_COLOR is set; FORCE_COLOR asks for them elsewhere too (https://no-color.org). */
export function paintFor({ env, outIsTerminal }: Pick<Io, 'env' | 'outIsTerminal'>): Paint {
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  const colours = isSet('FORCE_COLOR') ? env['FORCE_COLOR'] !== '0' : outIsTerminal && !isSet('NO_COLOR');
  return colours ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}
