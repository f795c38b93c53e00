/** Small tests on characters and texts that the parts of the sanitizer share. */

/** True for `A-Z a-z 0-9 _`, what `\w` matches. */
export function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95;
}

/** True for `0-9`. */
export function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** True for ASCII letters. */
export function isLetterCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** True for blank, tab and the ends of lines. */
export function isSpaceCode(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

const counts = new Uint16Array(256);

function isHexCode(code: number): boolean {
  return isDigitCode(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

/** True where `%XX` stands. */
export function isPercentCode(text: string, at: number): boolean {
  return text.charCodeAt(at) === 37 && isHexCode(text.charCodeAt(at + 1)) && isHexCode(text.charCodeAt(at + 2));
}

/** True where a word may begin: after no character of a word, after `%20`, after the `\n` of a JSON string. */
export function isWordStart(text: string, at: number): boolean {
  if (at === 0 || !isWordCode(text.charCodeAt(at - 1))) return true;
  if (at >= 3 && isPercentCode(text, at - 3)) return true;
  return at >= 2 && text.charCodeAt(at - 2) === 92 && 'nrtbfv'.includes(text.charAt(at - 1));
}

/** Shannon entropy in bits per character. Source: gitleaks measures its thresholds the same way. */
export function entropyOf(text: string): number {
  counts.fill(0);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) & 255;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** True for a text that looks drawn at random: letters and digits, long enough, entropy of gitleaks' generic rule. */
export function looksRandom(text: string): boolean {
  return text.length >= 10 && /\d/.test(text) && /[A-Za-z]/.test(text) && entropyOf(text) >= 3.3;
}

/** True for one word that may be a secret and is no word of a language: eight characters with a digit, or very long. */
export function looksSecret(text: string): boolean {
  return text.length >= 8 && (text.length >= 24 || /\d/.test(text)) && !/\s/.test(text);
}
