import { describe, expect, it } from 'vitest';
import { singular, splitWords } from '../../src/analysis/words.ts';

describe('splitWords', () => {
  it.each([
    ['userId', 'user id'],
    ['UserProfile', 'user profile'],
    ['user_profile', 'user profile'],
    ['x-api-key', 'x api key'],
    ['user.email', 'user email'],
    ['SCREAMING_SNAKE', 'screaming snake'],
    ['userID', 'user id'],
    ['userIDs', 'user ids'],
    ['IPAddress', 'ip address'],
    ['XForwardedFor', 'x forwarded for'],
    ['APIKey', 'api key'],
    ['APIKEY', 'api key'],
    ['parseHTMLToText', 'parse html to text'],
    ['password2', 'password 2'],
    ['line1Text', 'line 1 text'],
    ['sha256Hash', 'sha256 hash'],
    ['IPv4Address', 'ipv4 address'],
    ['OAuth2Token', 'oauth 2 token'],
    ['authkey', 'auth key'],
    ['username', 'user name'],
    ['$el', 'el'],
    ['__proto__', 'proto'],
    ['contraseña', 'contraseña'],
    ['straßeNr', 'straße nr'],
    ['', ''],
    ['___', ''],
  ])('%s → %s', (identifier, words) => {
    expect(splitWords(identifier).join(' ')).toBe(words);
  });
});

describe('singular', () => {
  it.each([
    ['emails', 'email'],
    ['addresses', 'address'],
    ['entries', 'entry'],
    ['address', 'address'],
    ['status', 'status'],
    ['diagnosis', 'diagnosis'],
    ['ids', 'id'],
    ['as', 'as'],
  ])('%s → %s', (plural, word) => {
    expect(singular(plural)).toBe(word);
  });
});
