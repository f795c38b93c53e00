import type { TypeAnswer } from '../analysis/host.ts';

/** The part of TypeScript's checker that is used; taken structurally, so that nothing is imported. */
export interface AnsweringChecker<T extends AnsweringType> {
  getBaseConstraintOfType(type: T): T | undefined;
}

/** The part of TypeScript's types that is used. */
export interface AnsweringType {
  /** `string`, `number`, `true` …: set for the types that are part of the language. */
  readonly intrinsicName?: string;
  readonly types?: readonly AnsweringType[];
  readonly symbol?: {
    readonly name: string;
    readonly declarations?: readonly { getSourceFile(): { readonly fileName: string } }[];
  };
  isUnion?(): boolean;
  isLiteral?(): boolean;
  isTypeParameter?(): boolean;
}

/** What the analysis wants to know of a type, the same from every version of TypeScript. */
export function answerOf<T extends AnsweringType>(checker: AnsweringChecker<T>, given: T): TypeAnswer {
  // The numbers of TypeScript's flags differ between its versions: only methods and names are used.
  const type = checker.getBaseConstraintOfType(given) ?? given;
  const members = (type.isUnion?.() ?? false) ? (type.types ?? []) : [];
  const present = members.filter((t) => !isNothing(t));
  if (present.length > 0) {
    if (present.every(isSingle)) return { kind: 'union', count: present.length };
    const [only] = present;
    if (present.length === 1 && only) return answerOf(checker, only as T);
    return { kind: present.some((t) => t.intrinsicName === 'string') ? 'string' : 'unknown' };
  }
  if (type.intrinsicName === 'boolean') return { kind: 'boolean', count: 2 };
  if (isSingle(type)) return { kind: 'union', count: 1 };
  if (type.intrinsicName === 'string') return { kind: 'string' };
  if (type.intrinsicName === 'number') return { kind: 'number' };
  // A type parameter without a constraint has a symbol, but is anything.
  if (!type.symbol || (type.isTypeParameter?.() ?? false)) return { kind: 'unknown' };
  const file = type.symbol.declarations?.[0]?.getSourceFile().fileName;
  return { kind: 'object', symbol: type.symbol.name, ...(file === undefined ? {} : { declaredIn: packageOf(file) }) };
}

/** `undefined` and `null` are no values of a label. */
export function isNothing({ intrinsicName }: AnsweringType): boolean {
  return intrinsicName === 'undefined' || intrinsicName === 'null';
}

/** A type of one value: a literal, an enum member, `true`. */
export function isSingle(type: AnsweringType): boolean {
  return (type.isLiteral?.() ?? false) || type.intrinsicName === 'true' || type.intrinsicName === 'false';
}

/** The standard library lies in a package of the platform from TypeScript 7 on, or inside of the program. */
const STANDARD_LIBRARY = /^bundled:|\/@typescript\/[\w-]+\/lib\/lib\.[\w.]*d\.ts$/;

/** `…/node_modules/@scope/name/x.d.ts` → `@scope/name`. */
function packageOf(file: string): string {
  if (STANDARD_LIBRARY.test(file)) return 'typescript';
  const rest = file.split('/node_modules/').at(-1) ?? file;
  const parts = rest.split('/');
  return rest.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
