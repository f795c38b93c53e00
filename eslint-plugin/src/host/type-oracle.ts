import type { TSESTree } from '../analysis/ast.ts';
import type { TypeOracle } from '../analysis/host.ts';
import { answerOf, type AnsweringChecker, type AnsweringType } from './type-answer.ts';

/** The part of typescript-eslint's parser services that is used; taken structurally, so that nothing is imported. */
interface Services {
  readonly program: { getTypeChecker(): Checker } | null;
  readonly esTreeNodeToTSNodeMap: { get(node: TSESTree.Node): unknown };
}
interface Checker extends AnsweringChecker<AnsweringType> {
  getTypeAtLocation(node: unknown): AnsweringType;
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
        return ts ? answerOf(checker, checker.getTypeAtLocation(ts)) : undefined;
      },
    };
    oracles.set(services, oracle);
  }
  return oracle;
}
