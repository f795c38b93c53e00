import { walk, type Node } from './ast.ts';

/** The first node, in source order, that passes the test; `enter` says whether to look inside a node that does not. */
export function findNode(
  root: Node,
  test: (node: Node) => boolean,
  enter: (node: Node) => boolean = () => true,
): Node | undefined {
  const found: Node[] = [];
  walk(root, (node) => {
    if (found.length > 0) return false;
    if (test(node)) found.push(node);
    return found.length === 0 && enter(node);
  });
  return found[0];
}
