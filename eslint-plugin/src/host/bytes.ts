/** UTF-8 text of bytes that were read one character each. */
export function decode(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Bytes of a text in the same form, to search for. */
export function encode(word: string): string {
  return isAscii(word) ? word : Buffer.from(word, 'utf8').toString('latin1');
}

function isAscii(text: string): boolean {
  return !/[\x80-\uffff]/.test(text);
}

let last: { readonly bytes: string; readonly names: ReadonlySet<string> } | undefined;

/** Last parts of imported specifiers, and packages of bare ones; kept for the last text, about which much is asked. */
export function importedNames(bytes: string): ReadonlySet<string> {
  if (last?.bytes !== bytes) last = { bytes, names: findImportedNames(bytes) };
  return last.names;
}

function findImportedNames(bytes: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const m of bytes.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*['"]([^'"\n]+)['"]/g)) {
    const specifier = decode(m[1] ?? '');
    const parts = specifier.split('/');
    const last = (parts.at(-1) ?? '').replace(/\.[cm]?[jt]sx?$/, '');
    names.add(last === 'index' ? (parts.at(-2) ?? '') : last === '.' || last === '..' ? '' : last);
    if (!specifier.startsWith('.'))
      names.add(specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? ''));
  }
  return names;
}
