import type { TSESTree } from '../analysis/ast.ts';
import type { TypeAnswer, TypeOracle } from '../analysis/host.ts';

/** The part of typescript-eslint's parser services that is used; taken structurally, so that nothing is imported. */
interface Services {
  readonly program: { getTypeChecker(): Checker } | null;
  readonly esTreeNodeToTSNodeMap: { get(node: TSESTree.Node): unknown };
}
interface Checker {
  getTypeAtLocation(node: unknown): Type;
  getBaseConstraintOfType(type: Type): Type | undefined;
}
interface Type {
  readonly flags: number;
  readonly types?: readonly Type[];
  readonly symbol?: {
    readonly name: string;
    readonly declarations?: readonly { getSourceFile(): { readonly fileName: string } }[];
  };
  readonly aliasSymbol?: { readonly name: string };
}

// Values of TypeScript's TypeFlags that have been stable since 3.x.
const STRING = 4;
const NUMBER = 8;
const BOOLEAN = 16;
const ENUM = 32;
const STRING_LITERAL = 128;
const NUMBER_LITERAL = 256;
const BOOLEAN_LITERAL = 512;
const ENUM_LITERAL = 1024;
const UNDEFINED = 32768;
const NULL = 65536;
const OBJECT = 524288;
const UNION = 1048576;
const LITERAL = STRING_LITERAL | NUMBER_LITERAL | BOOLEAN_LITERAL | ENUM_LITERAL | UNDEFINED | NULL | BOOLEAN | ENUM;

const oracles = new WeakMap<object, TypeOracle>();

/** Type answers from ESLint's typed parser; undefined where the file was parsed without types. */
export function typeOracleOf(parserServices: unknown): TypeOracle | undefined {
  const services = parserServices as Partial<Services> | undefined;
  if (!services?.program || !services.esTreeNodeToTSNodeMap) return undefined;
  let oracle = oracles.get(services);
  if (!oracle) {
    const { program, esTreeNodeToTSNodeMap } = services;
    const checker = program.getTypeChecker();
    oracle = {
      typeOf(node) {
        const ts = esTreeNodeToTSNodeMap.get(node);
        return ts ? answer(checker, checker.getTypeAtLocation(ts)) : undefined;
      },
    };
    oracles.set(services, oracle);
  }
  return oracle;
}

function answer(checker: Checker, given: Type): TypeAnswer {
  const type = checker.getBaseConstraintOfType(given) ?? given;
  const { flags } = type;
  if (flags & UNION) {
    const members = (type.types ?? []).filter((t) => !(t.flags & (UNDEFINED | NULL)));
    if (members.length > 0 && members.every((t) => t.flags & LITERAL)) return { kind: 'union', count: members.length };
    const single = members[0];
    return members.length === 1 && single
      ? answer(checker, single)
      : { kind: members.some((t) => t.flags & STRING) ? 'string' : 'unknown' };
  }
  if (flags & (BOOLEAN | BOOLEAN_LITERAL)) return { kind: 'boolean', count: 2 };
  if (flags & (STRING_LITERAL | NUMBER_LITERAL | ENUM | ENUM_LITERAL)) return { kind: 'union', count: 1 };
  if (flags & STRING) return { kind: 'string' };
  if (flags & NUMBER) return { kind: 'number' };
  if (flags & OBJECT && type.symbol) {
    const file = type.symbol.declarations?.[0]?.getSourceFile().fileName;
    return { kind: 'object', symbol: type.symbol.name, ...(file === undefined ? {} : { declaredIn: packageOf(file) }) };
  }
  return { kind: 'unknown' };
}

/** `…/node_modules/@scope/name/x.d.ts` → `@scope/name`. */
function packageOf(file: string): string {
  const rest = file.split('/node_modules/').at(-1) ?? file;
  const parts = rest.split('/');
  return rest.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
