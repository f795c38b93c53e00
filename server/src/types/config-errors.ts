/** Messages of TypeScript about a configuration file that is missing, refers to one that is, or to itself. */
const UNREADABLE = new Set([5012, 5014, 5083, 6053, 18000]);

/** Does a message about a configuration file mean that its options are not known? Wrong options are left out and do no harm. */
export function isUnreadable(code: number): boolean {
  return UNREADABLE.has(code) || (code >= 1000 && code < 2000);
}
