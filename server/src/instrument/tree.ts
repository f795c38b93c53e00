import { isFunction, rangeOf, childrenOf, type Node, type TSESTree } from '../../../eslint-plugin/src/analysis/ast.ts';
import { parseFile } from '../../../eslint-plugin/src/host/parse.ts';

/** The tree of a file; undefined where it cannot be parsed. */
export function parseTree(file: { readonly path: string; readonly text: string }): TSESTree.Program | undefined {
  return parseFile(file.path, file.text)?.ast;
}

/** Nodes that contain a range, the outermost first. */
export function pathTo(root: Node, start: number, end: number): readonly Node[] {
  const path: Node[] = [];
  for (let node: Node | undefined = root; node;) {
    path.push(node);
    node = childrenOf(node).find((child) => {
      const [from, to] = rangeOf(child);
      return from <= start && end <= to;
    });
  }
  return path;
}

/** Nodes of a function's body that run in its own frame: nested functions and classes are passed to `visit`, not entered. */
export function walkOwn(root: Node, visit: (node: Node) => void): void {
  const stack: Node[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    visit(node);
    if (node !== root && (isFunction(node) || node.type === 'ClassDeclaration' || node.type === 'ClassExpression'))
      continue;
    stack.push(...childrenOf(node).reverse());
  }
}
