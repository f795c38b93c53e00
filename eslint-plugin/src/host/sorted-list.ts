/** A sorted list with or without an entry. */
export function put(list: readonly string[], entry: string, present: boolean): string[] {
  if (list.includes(entry) === present) return [...list];
  return present ? [...list, entry].sort() : list.filter((e) => e !== entry);
}
