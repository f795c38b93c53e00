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
  /** `string`, `number`, `true` …: set for the types that are part of the language. */
  readonly intrinsicName?: string;
  readonly types?: readonly Type[];
  readonly symbol?: {
    readonly name: string;
    readonly declarations?: readonly { getSourceFile(): { readonly fileName: string } }[];
  };
  isUnion?(): boolean;
  isLiteral?(): boolean;
}

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

// The numbers of TypeScript's flags differ between its versions: only methods and names are used.
function answer(checker: Checker, given: Type): TypeAnswer {
  const type = checker.getBaseConstraintOfType(given) ?? given;
  const members = (type.isUnion?.() ?? false) ? (type.types ?? []) : [];
  const present = members.filter((t) => !NOTHING.has(t.intrinsicName ?? ''));
  if (present.length > 0) {
    if (present.every(isSingle)) return { kind: 'union', count: present.length };
    const [only] = present;
    if (present.length === 1 && only) return answer(checker, only);
    return { kind: present.some((t) => t.intrinsicName === 'string') ? 'string' : 'unknown' };
  }
  if (type.intrinsicName === 'boolean') return { kind: 'boolean', count: 2 };
  if (isSingle(type)) return { kind: 'union', count: 1 };
  if (type.intrinsicName === 'string') return { kind: 'string' };
  if (type.intrinsicName === 'number') return { kind: 'number' };
  if (!type.symbol) return { kind: 'unknown' };
  const file = type.symbol.declarations?.[0]?.getSourceFile().fileName;
  return { kind: 'object', symbol: type.symbol.name, ...(file === undefined ? {} : { declaredIn: packageOf(file) }) };
}

const NOTHING = new Set(['undefined', 'null']);

/** A type of one value: a literal, an enum member, `true`. */
function isSingle(type: Type): boolean {
  return (type.isLiteral?.() ?? false) || type.intrinsicName === 'true' || type.intrinsicName === 'false';
}

/** `…/node_modules/@scope/name/x.d.ts` → `@scope/name`. */
function packageOf(file: string): string {
  const rest = file.split('/node_modules/').at(-1) ?? file;
  const parts = rest.split('/');
  return rest.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
