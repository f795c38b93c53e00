import { dottedName, propertyName, unwrap, type Node } from './ast.ts';
import { splitWords } from './words.ts';

const MAX_CLIMB = 30;

/** True for code that runs in development or tests alone: inside `if (process.env.NODE_ENV !== 'production')`, `if (env.isTestEnv())`, `__DEV__ && …`. */
export function isOutsideProduction(node: Node): boolean {
  let child = node;
  for (
    let p: Node | undefined = node.parent ?? undefined, i = 0;
    p && i < MAX_CLIMB;
    child = p, p = p.parent ?? undefined, i++
  ) {
    if (p.type === 'IfStatement' || p.type === 'ConditionalExpression') {
      if (p.consequent === child && saysDevelopment(p.test, true)) return true;
      if (p.alternate === child && saysDevelopment(p.test, false)) return true;
    } else if (
      p.type === 'LogicalExpression' &&
      p.right === child &&
      p.operator === '&&' &&
      saysDevelopment(p.left, true)
    )
      return true;
  }
  return false;
}

/** Does the test say, when it holds (or fails), that this is not production? */
function saysDevelopment(test: Node, holds: boolean, depth = 0): boolean {
  const node = unwrap(test);
  if (depth > 6) return false;
  switch (node.type) {
    case 'UnaryExpression':
      return node.operator === '!' && saysDevelopment(node.argument, !holds, depth + 1);
    case 'LogicalExpression': {
      const sides = [saysDevelopment(node.left, holds, depth + 1), saysDevelopment(node.right, holds, depth + 1)];
      return (node.operator === '&&') === holds ? sides.includes(true) : !sides.includes(false);
    }
    case 'BinaryExpression': {
      const equal = /^={2,3}$/.test(node.operator);
      if (!equal && !/^!==?$/.test(node.operator)) return false;
      const [left, right] = [unwrap(node.left), unwrap(node.right)];
      const [name, text] =
        right.type === 'Literal' ? [left, right.value] : left.type === 'Literal' ? [right, left.value] : [];
      if (!name || typeof text !== 'string' || !/env|mode|stage/i.test(dottedName(name) ?? '')) return false;
      return equal === holds ? stageOf(text) === 'development' : stageOf(text) === 'production';
    }
    case 'CallExpression': {
      const callee = unwrap(node.callee);
      const own =
        callee.type === 'MemberExpression'
          ? propertyName(callee)
          : callee.type === 'Identifier'
            ? callee.name
            : undefined;
      const asked = node.arguments[0];
      // `environment.is(TEST)`: the stage is the argument.
      const subject =
        own === 'is' && asked
          ? asked.type === 'Literal'
            ? String(asked.value)
            : dottedName(asked)?.split('.').at(-1)
          : isQuestion(own)
            ? own
            : undefined;
      return subject !== undefined && stageOf(subject) === (holds ? 'development' : 'production');
    }
    case 'Identifier':
    case 'MemberExpression': {
      const name = node.type === 'Identifier' ? node.name : propertyName(node);
      const isFlag =
        isQuestion(name) || name === '__DEV__' || (name === 'DEV' && /env\.DEV$/.test(dottedName(node) ?? ''));
      return name !== undefined && isFlag && stageOf(name) === (holds ? 'development' : 'production');
    }
    default:
      return false;
  }
}

/** `isTestEnv`, `inDevelopment`; `x.test(y)` asks about something else. */
function isQuestion(name: string | undefined): boolean {
  return name !== undefined && /^(?:_*is|in)[A-Z_]/.test(name);
}

const DEVELOPMENT = new Set(['dev', 'development', 'test', 'tests', 'testing', 'local', 'localhost']);
const PRODUCTION = new Set(['prod', 'production']);

function stageOf(name: string): 'development' | 'production' | undefined {
  const words = splitWords(name);
  if (words.some((w) => PRODUCTION.has(w))) return 'production';
  return words.some((w) => DEVELOPMENT.has(w)) ? 'development' : undefined;
}

const TOOLS =
  /(?:^|[/\\])(?:scripts?|bin|dev|(?:[\w.]+-)?cli|tools?|seeds?|seeders?|examples?|samples?|load-?tests?|k6|bench(?:marks?)?|spec|migrations?)[/\\]|(?:^|[/\\.])(?:seed|cli)\.[cm]?[jt]s$/;
const TRIALS = /(?:^|[/\\])(?:examples?|samples?|load-?tests?|k6|bench(?:marks?)?|spec)[/\\]/;
const SERVER = /(?:^|[/\\])(?:server|backend|api)[/\\]/;
const BROWSER_PATH = /(?:^|[/\\])(?:frontend|browser|client|public)[/\\]/;
const BROWSER_TEXT =
  /\b(?:window|document|localStorage|sessionStorage)(?:\.|\[| as any\b)|^['"]use client['"]|from ['"](?:react|preact|vue|svelte|solid-js|@angular\/core)['"/]/m;

/**
 * Where the lines of a file go: `trial` is code that no service runs (examples, load tests); `terminal` is what a person
 * sees who runs a script; `browser` is the console of the user's own browser. Folders above `cwd` say nothing.
 */
export function placeOf(filename: string, cwd: string, text: string): 'trial' | 'terminal' | 'browser' | 'service' {
  const path = filename.startsWith(cwd) ? filename.slice(cwd.length) : filename;
  if (TRIALS.test(path)) return 'trial';
  if (TOOLS.test(path) || text.startsWith('#!')) return 'terminal';
  if (!SERVER.test(path) && (BROWSER_PATH.test(path) || BROWSER_TEXT.test(text))) return 'browser';
  return 'service';
}
