import type { Place } from './batch.ts';

/** A node of a tree of TypeScript, of any version. */
export interface SyntaxNode<N> {
  readonly pos: number;
  readonly end: number;
  getStart(file: never): number;
  forEachChild<R>(visit: (child: N) => R | undefined): R | undefined;
}

/** The innermost node that takes exactly this place of a file. */
export function nodeAt<N extends SyntaxNode<N>>(file: N, [start, end]: Place): N | undefined {
  let found: N | undefined;
  for (let next: N | undefined = file; next;) {
    const node: N = next;
    if (node !== file && node.end === end && node.getStart(file as never) === start) found = node;
    next = node.forEachChild((child) => (child.pos <= start && child.end >= end ? child : undefined));
  }
  return found;
}

/** A mark at the beginning of a text is no part of what TypeScript counts. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** A place in the text without the mark. */
export function placeWithoutMark(text: string, [start, end]: Place): Place {
  return text.startsWith('\uFEFF') ? [start - 1, end - 1] : [start, end];
}
