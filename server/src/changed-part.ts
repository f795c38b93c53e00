/** Where two versions of a text differ: a range of the earlier one, and by how much what follows has moved. */
export interface ChangedPart {
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

/** The smallest range of a text that was replaced where the other text came from it by one edit. */
export function changedPart(before: string, after: string): ChangedPart {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  let tail = 0;
  while (
    tail < most - head &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  return { start: head, end: before.length - tail, shift: after.length - before.length };
}
