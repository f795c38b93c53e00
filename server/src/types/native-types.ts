import type { Checker, Type } from '@typescript/native/async';
import type { TypeAnswer } from '../../../eslint-plugin/src/analysis/host.ts';
import { answerOf, isNothing, type AnsweringType } from '../../../eslint-plugin/src/host/type-answer.ts';

/** Types are told by another process: everything that decides about the answer is fetched first. */
export async function answerOfNative(checker: Checker, type: Type): Promise<TypeAnswer> {
  return answerOf(resolved, await fetchType(checker, type));
}

/** Constraints are looked up while a type is fetched. */
const resolved = { getBaseConstraintOfType: (type: AnsweringType) => type };

async function fetchType(checker: Checker, given: Type): Promise<AnsweringType> {
  const own = ownPart(given);
  // A primitive type or a literal is its own constraint, which spares a question.
  const type =
    own.intrinsicName !== undefined || given.isLiteralType()
      ? given
      : ((await checker.getBaseConstraintOfType(given)) ?? given);
  const part = ownPart(type);
  if (type.isUnionType()) {
    const members = await type.getTypes();
    const types: AnsweringType[] = members.map(ownPart);
    const [only, ...others] = members.filter((_, i) => !isNothing(types[i] ?? {}));
    if (only && others.length === 0) types[members.indexOf(only)] = await fetchType(checker, only);
    return { ...part, types };
  }
  if (part.intrinsicName !== undefined || type.isLiteralType()) return part;
  const symbol = await type.getSymbol();
  if (!symbol) return part;
  const declarations = symbol.declarations.map(({ path }) => ({ getSourceFile: () => ({ fileName: path }) }));
  return { ...part, symbol: { name: symbol.name, declarations } };
}

function ownPart(type: Type): AnsweringType {
  return {
    ...(type.isIntrinsicType() ? { intrinsicName: type.intrinsicName } : {}),
    isUnion: () => type.isUnionType(),
    isLiteral: () => type.isLiteralType(),
    isTypeParameter: () => type.isTypeParameter(),
  };
}
