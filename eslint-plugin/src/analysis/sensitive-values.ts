import {
  PLACEHOLDER_PARTS,
  RESERVED_DOMAINS,
  ROLE_LOCAL_PARTS,
  SECRET_ADDRESSES,
  SECRET_CONNECTION_PARTS,
  SECRET_QUERY_PARAMETERS,
  TOKEN_FORMATS,
  type TokenAlphabet,
} from '../knowledge/sensitive-patterns.ts';
import type { SensitiveCategory, SensitiveMatch } from '../knowledge/sensitive-types.ts';
import { isCardNumber, isIban } from './check-digits.ts';
import { classifyNames } from './sensitive-names.ts';
import { splitWords } from './words.ts';

const secretQueryParameters = new Set(SECRET_QUERY_PARAMETERS);
const roleLocalParts = new Set(ROLE_LOCAL_PARTS);

const longestLiteral = 10_000;
const shortestSecret = 10;
const longestSecret = 4096;
/** Bits per character a random text of that alphabet and length reaches at least, as a share of the maximum. */
const randomShare = 0.75;
const leastEntropy = 2.8;
const leastTokenEntropy = 2.5;

function found(category: SensitiveCategory, word: string): SensitiveMatch {
  return { category, severity: category === 'contact' ? 'high' : 'critical', strength: 'strong', word };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

function isAlnum(code: number): boolean {
  return isDigit(code) || isLower(code) || isUpper(code);
}

function hasDigit(text: string): boolean {
  for (const char of text) if (isDigit(char.charCodeAt(0))) return true;
  return false;
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

function isIn(alphabet: TokenAlphabet, code: number): boolean {
  switch (alphabet) {
    case 'digits':
      return isDigit(code);
    case 'hex':
      return isHex(code);
    case 'upper':
      return isUpper(code) || isDigit(code);
    case 'alnum':
      return isAlnum(code);
    case 'word':
      return isAlnum(code) || code === 95 || code === 45;
    case 'base64':
      return isAlnum(code) || code === 43 || code === 47 || code === 61 || code === 95 || code === 45;
    case 'dotted':
      return isAlnum(code) || code === 95 || code === 45 || code === 46 || code === 61;
  }
}

/** Number of characters from `from` on that belong to the alphabet. */
function runOf(alphabet: TokenAlphabet, text: string, from: number): number {
  let at = from;
  while (at < text.length && isIn(alphabet, text.charCodeAt(at))) at++;
  return at - from;
}

/** Shannon entropy in bits per character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

function isPlaceholder(text: string): boolean {
  const lower = text.toLowerCase();
  return PLACEHOLDER_PARTS.some((part) => lower.includes(part));
}

function providerToken(text: string): SensitiveMatch | undefined {
  for (const { provider, prefix, alphabet, min, max } of TOKEN_FORMATS) {
    for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, at + prefix.length)) {
      if (at > 0 && isIn('word', text.charCodeAt(at - 1))) continue;
      const start = at + prefix.length;
      const length = runOf(alphabet, text, start);
      if (length < min || length > max) continue;
      const token = text.slice(start, start + length);
      if (entropyOf(token) >= leastTokenEntropy && !isPlaceholder(token))
        return found('credential', `${provider} token`);
    }
  }
  return undefined;
}

/** Header and payload of a JSON web token are base64url of JSON objects, which begin with `eyJ`. */
function jsonWebToken(text: string): SensitiveMatch | undefined {
  for (let at = text.indexOf('eyJ'); at !== -1; at = text.indexOf('eyJ', at + 3)) {
    if (at > 0 && isIn('word', text.charCodeAt(at - 1))) continue;
    const header = runOf('word', text, at);
    const payloadAt = at + header + 1;
    if (header < 17 || text[at + header] !== '.' || !text.startsWith('eyJ', payloadAt)) continue;
    const payload = runOf('word', text, payloadAt);
    if (payload >= 12 && text[payloadAt + payload] === '.') return found('credential', 'JSON web token');
  }
  return undefined;
}

function privateKey(text: string): SensitiveMatch | undefined {
  const begin = text.indexOf('-----BEGIN ');
  if (begin === -1) return undefined;
  const end = text.indexOf('PRIVATE KEY', begin);
  return end !== -1 && end - begin < 60 ? found('credential', 'private key') : undefined;
}

function connectionString(text: string): SensitiveMatch | undefined {
  for (const part of SECRET_CONNECTION_PARTS) {
    const at = text.indexOf(part);
    if (at !== -1 && runOf('base64', text, at + part.length) >= 32) return found('credential', part.slice(0, -1));
  }
  return undefined;
}

function authorizationValue(text: string): SensitiveMatch | undefined {
  for (const scheme of ['Bearer ', 'Basic ', 'bearer ', 'basic ']) {
    if (!text.startsWith(scheme)) continue;
    const value = text.slice(scheme.length);
    if (value.length >= 16 && isRandomLooking(value)) return found('credential', 'authorization value');
  }
  return undefined;
}

/** A URL that carries a secret: user and password, a signed or secret query parameter, or a webhook address. */
function secretInUrl(text: string): SensitiveMatch | undefined {
  const scheme = text.indexOf('://');
  if (scheme <= 0 || text.includes(' ')) return undefined;
  const start = scheme + 3;
  const authorityEnd = firstOf(text, '/?#', start);
  const at = text.lastIndexOf('@', authorityEnd - 1);
  if (at > start) {
    const colon = text.indexOf(':', start);
    const password = colon === -1 || colon > at ? '' : text.slice(colon + 1, at);
    if (isRealPassword(password)) return found('credential', 'password in URL');
  }
  for (const address of SECRET_ADDRESSES) {
    const path = text.indexOf(address);
    if (path !== -1 && text.length - path - address.length >= 20 && !isPlaceholder(text.slice(path + address.length))) {
      return found('credential', 'webhook address');
    }
  }
  const question = text.indexOf('?', start);
  return question === -1 ? undefined : secretInQuery(text.slice(question + 1));
}

function secretInQuery(query: string): SensitiveMatch | undefined {
  for (const pair of query.split('#', 1).join('').split('&')) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const name = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    if (secretQueryParameters.has(name.toLowerCase()) && value.length >= 16 && isRandomLooking(value))
      return found('credential', name);
    const match = secretFor(name, value);
    if (match !== undefined) return match;
  }
  return undefined;
}

function firstOf(text: string, chars: string, from: number): number {
  for (let at = from; at < text.length; at++) if (chars.includes(text.charAt(at))) return at;
  return text.length;
}

/** A password in a connection URL, unless it is a template, a default of a local set-up, or masked. */
function isRealPassword(password: string): boolean {
  if (password.length < 6 || isTemplate(password) || isPlaceholder(password)) return false;
  return hasDigit(password);
}

function emailAddress(text: string): SensitiveMatch | undefined {
  const at = text.indexOf('@');
  if (at < 1 || at > 64 || text.length > 254 || text.indexOf('@', at + 1) !== -1) return undefined;
  const local = text.slice(0, at);
  for (const char of local) {
    if (!isAlnum(char.charCodeAt(0)) && !".!#$%&'*+-_".includes(char)) return undefined;
  }
  const labels = text.slice(at + 1).split('.');
  const top = labels.at(-1) ?? '';
  if (labels.length < 2 || top.length < 2 || runOf('alnum', top, 0) !== top.length || hasDigit(top)) return undefined;
  if (labels.some((label) => label === '' || runOf('word', label, 0) !== label.length)) return undefined;
  return isNobodysAddress(local, labels) ? undefined : found('contact', 'email address');
}

function isNobodysAddress(local: string, labels: readonly string[]): boolean {
  const domain = labels.join('.').toLowerCase();
  if (RESERVED_DOMAINS.some((reserved) => domain === reserved || domain.endsWith(`.${reserved}`))) return true;
  return roleLocalParts.has(splitWords(local)[0] ?? '');
}

function cardNumber(text: string): SensitiveMatch | undefined {
  if (text.length > 23) return undefined;
  let digits = '';
  for (const char of text) {
    if (isDigit(char.charCodeAt(0))) digits += char;
    else if (char !== ' ' && char !== '-') return undefined;
  }
  return isCardNumber(digits) ? found('financial', 'card number') : undefined;
}

function iban(text: string): SensitiveMatch | undefined {
  if (text.length > 42) return undefined;
  const compact = text.replaceAll(' ', '');
  return runOf('upper', compact, 0) === compact.length && isIban(compact) ? found('financial', 'iban') : undefined;
}

function isTemplate(text: string): boolean {
  return (
    text.includes('${') ||
    text.includes('{{') ||
    text.includes('%s') ||
    text.includes('<') ||
    text.startsWith('$') ||
    text.startsWith('{')
  );
}

/** True for words that people wrote: `my-service-v2`, `POSTGRES_USER`, `camelCaseName`. */
function isReadable(text: string): boolean {
  const parts = text.split(/[-_.:,;@]/);
  return parts.every((part) => {
    let letters = 0;
    while (letters < part.length && !isDigit(part.charCodeAt(letters))) letters++;
    const digits = runOf('digits', part, letters);
    return digits <= 4 && letters + digits === part.length && isWordCase(part.slice(0, letters));
  });
}

/** True when the letters are cased like words: lower, UPPER, Title or camelCase with words of three letters and more. */
function isWordCase(letters: string): boolean {
  if (runOf('alnum', letters, 0) !== letters.length) return false;
  if (letters === letters.toLowerCase() || letters === letters.toUpperCase()) return true;
  return splitWords(letters).every((word) => word.length >= 2 && hasVowel(word));
}

function hasVowel(word: string): boolean {
  return /[aeiouy]/.test(word);
}

/** True for a text that looks drawn at random: enough entropy for its length, letters with digits or mixed, not words. */
function isRandomLooking(text: string): boolean {
  if (isTemplate(text) || isReadable(text)) return false;
  let letters = 0;
  let digits = 0;
  let onlyHex = true;
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (isDigit(code)) digits++;
    else if (isAlnum(code)) letters++;
    if (!isHex(code) && code !== 45) onlyHex = false;
  }
  if (digits === 0 || letters === 0) return false;
  const most = Math.log2(Math.min(text.length, onlyHex ? 16 : 64));
  const bits = entropyOf(text);
  return bits >= leastEntropy && bits >= most * randomShare;
}

function isPathOrAddress(text: string): boolean {
  return text.includes('://') || /^(?:\.{0,2}\/|@[\w-]+\/|arn:|[A-Za-z]:\\)/.test(text);
}

/** Classifies the assignment of a literal to a name of a credential. */
function secretFor(name: string, literal: string): SensitiveMatch | undefined {
  const value = literal.trim();
  if (value.length < shortestSecret || value.length > longestSecret) return undefined;
  for (const char of value) if (char <= ' ') return undefined;
  if (isPathOrAddress(value) || isPlaceholder(value) || !isRandomLooking(value)) return undefined;
  const match = secretName(name);
  return match && { ...match, severity: 'critical', strength: 'strong' };
}

function secretName(name: string): SensitiveMatch | undefined {
  const words = splitWords(name);
  // An anti-forgery token is sent to every browser, and literals of that name are samples.
  if (words.includes('csrf') || words.includes('xsrf')) return undefined;
  const match = classifyNames([name]);
  if (match?.category === 'credential') return match;
  return words.at(-1) === 'auth' ? found('credential', 'auth') : undefined;
}

/**
 * Classifies a literal value: provider tokens, private keys, JSON web tokens, connection strings, URLs with secrets,
 * and texts that are as a whole an e-mail address, a card number (Luhn) or an IBAN (modulo 97). Addresses of roles and
 * reserved domains are nobody's. Linear in the length of the text.
 */
export function classifyLiteral(text: string): SensitiveMatch | undefined {
  const value = text.trim();
  if (value.length < 6 || value.length > longestLiteral) return undefined;
  return (
    providerToken(value) ??
    privateKey(value) ??
    jsonWebToken(value) ??
    connectionString(value) ??
    authorizationValue(value) ??
    secretInUrl(value) ??
    emailAddress(value) ??
    cardNumber(value) ??
    iban(value)
  );
}

/** Classifies a literal by the name it is given (`apiKey = '…'`): only texts that look drawn at random count. */
export function classifySecretAssignment(name: string, literal: string): SensitiveMatch | undefined {
  const match = classifyLiteral(literal);
  return match?.category === 'credential' ? match : secretFor(name, literal);
}
