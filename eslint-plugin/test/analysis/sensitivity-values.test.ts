import { describe, expect, it } from 'vitest';
import { classifyLiteral, classifySecretAssignment } from '../../src/analysis/sensitivity.ts';

/** Parts of a made-up secret, written apart so that no secret scanner takes them for one. */
function glue(...parts: readonly string[]): string {
  return parts.join('');
}

/** Random-looking text of a given length, the same in every run. */
function scrambled(alphabet: string, length: number): string {
  let state = 20_261_120;
  let text = '';
  for (let at = 0; at < length; at++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += alphabet.charAt(Math.floor((state / 2_147_483_648) * alphabet.length));
  }
  return text;
}

const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdef`;
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALNUM = glue('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz', DIGITS);
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const dashes = '-'.repeat(5);

const jwt = [base64url({ alg: 'HS256', typ: 'JWT' }), base64url({ sub: '1', name: 'n' }), scrambled(ALNUM, 43)].join(
  '.',
);

const TOKENS: readonly (readonly [name: string, text: string])[] = [
  ['AWS access key', glue('AK', 'IA', scrambled(UPPER, 16))],
  ['GitHub token', glue('gh', 'p_', scrambled(ALNUM, 36))],
  ['GitHub fine-grained token', glue('github', '_pat_', scrambled(ALNUM, 82))],
  ['GitLab token', glue('glp', 'at-', scrambled(ALNUM, 20))],
  ['Slack bot token', glue('xo', 'xb-', scrambled(DIGITS, 12), '-', scrambled(ALNUM, 24))],
  ['Stripe key', glue('sk', '_live_', scrambled(ALNUM, 24))],
  ['OpenAI key', glue('sk', '-proj-', scrambled(ALNUM, 74))],
  ['Anthropic key', glue('sk', '-ant-api03-', scrambled(ALNUM, 95))],
  ['Google API key', glue('AI', 'za', scrambled(ALNUM, 35))],
  ['npm token', glue('np', 'm_', scrambled(ALNUM, 36))],
  ['SendGrid key', glue('S', 'G.', scrambled(ALNUM, 22), '.', scrambled(ALNUM, 43))],
  ['Twilio key', glue('S', 'K', scrambled(HEX, 32))],
  ['Shopify token', glue('shp', 'at_', scrambled(HEX, 32))],
  ['DigitalOcean token', glue('do', 'p_v1_', scrambled(HEX, 64))],
  ['Vault token', glue('hv', 's.', scrambled(ALNUM, 95))],
  ['Hugging Face token', glue('h', 'f_', scrambled(ALNUM, 34))],
  ['JSON web token', jwt],
  ['private key', glue(dashes, 'BEGIN RSA PRIVATE ', 'KEY', dashes, '\nMIIE')],
  ['connection string', glue('DefaultEndpointsProtocol=https;', 'Account', 'Key=', scrambled(ALNUM, 86), '==;')],
  ['Bearer value', `Bearer ${scrambled(ALNUM, 40)}`],
  ['password in a URL', `postgres://app:${scrambled(ALNUM, 14)}9@db.internal:5432/app`],
  ['password in a query string', `https://api.acme.io/login?user=a&password=${scrambled(ALNUM, 14)}4b7`],
  ['signed URL', `https://bucket.s3.amazonaws.com/a?X-Amz-Signature=${scrambled(HEX, 64)}`],
  [
    'webhook address',
    glue(
      'https://',
      'hooks',
      '.slack.com/services/T',
      scrambled(UPPER, 8),
      '/B',
      scrambled(UPPER, 8),
      '/',
      scrambled(ALNUM, 24),
    ),
  ],
];

describe('classifyLiteral', () => {
  it.each(TOKENS)('finds a %s', (_name, text) => {
    expect(classifyLiteral(text)?.category).toBe('credential');
  });

  it.each(TOKENS.slice(0, 17))('finds a %s within a text', (_name, text) => {
    expect(classifyLiteral(`token is ${text} today`)?.category).toBe('credential');
  });

  it.each([
    ['jane.doe@', 'acme.io'],
    ['j_doe+x@', 'mail.acme.co.uk'],
  ])('finds the e-mail address %s%s', (local, domain) => {
    expect(classifyLiteral(local + domain)).toMatchObject({ category: 'contact', severity: 'high' });
  });

  it.each([
    ['4111', '1111', '1111', '1111'],
    ['5555', '5555', '5555', '4444'],
    ['3782', '822463', '10005'],
    ['6011', '1111', '1111', '1117'],
    ['6759', '6498', '2643', '8453'],
  ])('finds a card number that starts with %s', (...groups) => {
    expect(classifyLiteral(groups.join(' '))?.category).toBe('financial');
    expect(classifyLiteral(groups.join(''))?.word).toBe('card number');
  });

  it.each([
    ['DE89', '3704 0044 0532 0130 00'],
    ['LY83', '0020 4800 0020 1001 2036 1'],
    ['GB29', 'NWBK 6016 1331 9268 19'],
    ['NL91', 'ABNA 0417 1643 00'],
  ])('finds an IBAN of %s', (start, rest) => {
    expect(classifyLiteral(`${start} ${rest}`)?.word).toBe('iban');
  });

  it.each([
    ['a card number with a wrong check digit', '4111 1111 1111 1112'],
    ['an IBAN with wrong check digits', 'DE88 3704 0044 0532 0130 00'],
    ['a time in milliseconds', '1732187456123'],
    ['a time in microseconds', '1732187456123456'],
    ['zeros', '0000000000000000'],
    ['a UUID', '0736f5ef-7e88-499a-80cc-90c85d2a5180'],
    ['a commit', scrambled(HEX, 40)],
    ['a role address', 'support@acme.io'],
    ['a reserved domain', 'jane.doe@example.com'],
    ['an SSH remote', 'git@github.com'],
    ['a scoped package', '@acme/logger@1.2.3'],
    ['a sentence with an address', 'Write to jane.doe@acme.io for help'],
    ['a placeholder token', glue('gh', 'p_', 'x'.repeat(36))],
    ['the key of the AWS documentation', glue('AK', 'IAIOSFODNN7EXAMPLE')],
    ['a word with a token prefix inside', glue('task', '_np', 'm_', scrambled(ALNUM, 36))],
    ['a public key', `${dashes}BEGIN PUBLIC KEY${dashes}`],
    ['a URL with a template', 'postgres://user:${password}@host/db'],
    ['a local set-up', 'postgres://postgres:postgres@localhost:5432/app'],
    ['a URL with a plain query', 'https://acme.io/news?password=true'],
    ['an SQL text', 'SELECT * FROM users WHERE password=?'],
    ['message text', 'Forgot password?'],
    ['an empty text', ''],
  ])('says nothing about %s', (_name, text) => {
    expect(classifyLiteral(text)).toBeUndefined();
  });

  it('takes linear time on long texts', () => {
    const started = performance.now();
    for (const unit of ['eyJ', 'xoxb-', 'a@', '-----BEGIN ', '://', 'AKIA', '4111 ', 'sk_live_', '?a=b&', 'DE89'])
      classifyLiteral(unit.repeat(9_999 / unit.length));
    expect(performance.now() - started).toBeLessThan(500);
  });
});

const random = `${scrambled(ALNUM, 12)}7#q${scrambled(ALNUM, 6)}`;

describe('classifySecretAssignment', () => {
  it.each(['password', 'dbPassword', 'API_KEY', 'clientSecret', 'auth-token', 'passphrase', 'user_auth', 'creds'])(
    'finds a secret given to %s',
    (name) => {
      expect(classifySecretAssignment(name, random)).toMatchObject({
        category: 'credential',
        severity: 'critical',
        strength: 'strong',
      });
    },
  );

  it.each([
    ['password', ''],
    ['password', 'secret'],
    ['password', 'pw'],
    ['password', 'testpass'],
    ['password', 'hunter'],
    ['PASSWORD_POLICY', 'Password must be at least 8 characters'],
    ['confirmPassword', 'Confirm your password'],
    ['password', '${DB_PASSWORD}'],
    ['password', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:App1'],
    ['resetPasswordUrl', '/api/v2/auth/reset-password'],
    ['password', '/run/secrets/db1'],
    ['token', 'my-service-token-v2'],
    ['secretKey', 'SOME_SECRET_KEY_2'],
    ['apiKey', 'a'.repeat(40)],
    ['token', glue('abc', '1'.repeat(50))],
    ['publicKey', random],
    ['keyId', random],
    ['passwordHash', random],
    ['csrfToken', random],
    ['nextPageToken', random],
    ['schemaKey', random],
    ['sku', random],
  ])('says nothing about %s = "%s"', (name, literal) => {
    expect(classifySecretAssignment(name, literal)).toBeUndefined();
  });

  it('finds a provider token under any name', () => {
    expect(classifySecretAssignment('label', glue('gh', 'p_', scrambled(ALNUM, 36)))?.category).toBe('credential');
    expect(classifySecretAssignment('label', 'jane.doe@acme.io')).toBeUndefined();
  });
});
