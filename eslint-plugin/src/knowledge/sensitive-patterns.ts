/** Characters that the variable part of a token may consist of. */
export type TokenAlphabet = 'digits' | 'alnum' | 'word' | 'hex' | 'upper' | 'base64' | 'dotted';

/** A token with a fixed beginning; `min` and `max` count the characters after the prefix. */
export interface TokenFormat {
  readonly provider: string;
  readonly prefix: string;
  readonly alphabet: TokenAlphabet;
  readonly min: number;
  readonly max: number;
}

function formats(
  provider: string,
  prefixes: readonly string[],
  alphabet: TokenAlphabet,
  min: number,
  max: number,
): TokenFormat[] {
  return prefixes.map((prefix) => ({ provider, prefix, alphabet, min, max }));
}

/**
 * Beginnings and lengths of provider tokens.
 * Source: the public rule set of gitleaks b58d3f10 (MIT, config/gitleaks.toml) and the providers' own documentation.
 */
// prettier-ignore
export const TOKEN_FORMATS: readonly TokenFormat[] = [
  ...formats('AWS', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], 'upper', 16, 16),
  ...formats('GitHub', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'alnum', 36, 255),
  ...formats('GitHub', ['github_pat_'], 'word', 50, 255),
  ...formats('GitLab', [
    'glpat-', 'gldt-', 'glrt-', 'glft-', 'glsoat-', 'glptt-', 'gloas-', 'glcbt-',
  ], 'dotted', 20, 300),
  ...formats('Slack', ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxe-', 'xapp-'], 'word', 18, 400),
  ...formats('Stripe', [
    'sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'sk_prod_', 'rk_prod_', 'whsec_',
  ], 'base64', 16, 120),
  ...formats('OpenAI', ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], 'word', 40, 300),
  ...formats('Anthropic', ['sk-ant-api03-', 'sk-ant-admin01-', 'sk-ant-oat01-'], 'word', 40, 300),
  ...formats('OpenRouter', ['sk-or-v1-'], 'hex', 64, 64),
  ...formats('Google', ['AIza'], 'word', 35, 35),
  ...formats('Google', ['GOCSPX-'], 'word', 28, 28),
  ...formats('Google', ['ya29.'], 'dotted', 40, 2000),
  ...formats('npm', ['npm_'], 'alnum', 36, 36),
  ...formats('PyPI', ['pypi-AgEIcHlwaS5vcmc'], 'word', 50, 1000),
  ...formats('RubyGems', ['rubygems_'], 'hex', 48, 48),
  ...formats('SendGrid', ['SG.'], 'dotted', 66, 66),
  ...formats('Brevo', ['xkeysib-'], 'word', 64, 90),
  ...formats('Twilio', ['SK'], 'hex', 32, 32),
  ...formats('Shopify', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], 'hex', 32, 32),
  ...formats('DigitalOcean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], 'hex', 64, 64),
  ...formats('HashiCorp Vault', ['hvs.', 'hvb.'], 'word', 24, 300),
  ...formats('Databricks', ['dapi'], 'hex', 32, 32),
  ...formats('Sentry', ['sntryu_'], 'hex', 64, 64),
  ...formats('Sentry', ['sntrys_'], 'base64', 40, 500),
  ...formats('Grafana', ['glsa_'], 'word', 41, 41),
  ...formats('Grafana', ['glc_'], 'base64', 32, 400),
  ...formats('Hugging Face', ['hf_', 'api_org_'], 'alnum', 34, 40),
  ...formats('Linear', ['lin_api_'], 'alnum', 40, 40),
  ...formats('Notion', ['ntn_'], 'alnum', 40, 50),
  ...formats('Postman', ['PMAK-'], 'word', 59, 59),
  ...formats('Perplexity', ['pplx-'], 'alnum', 48, 56),
  ...formats('Doppler', ['dp.pt.'], 'alnum', 43, 43),
  ...formats('Dynatrace', ['dt0c01.'], 'dotted', 80, 100),
  ...formats('age', ['AGE-SECRET-KEY-1'], 'alnum', 58, 58),
  ...formats('PlanetScale', ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'], 'dotted', 32, 64),
  ...formats('Pulumi', ['pul-'], 'hex', 40, 40),
  ...formats('Square', ['sq0atp-', 'sq0csp-'], 'word', 22, 60),
  ...formats('Fly.io', ['fo1_'], 'word', 43, 43),
  ...formats('Groq', ['gsk_'], 'alnum', 40, 60),
  ...formats('Replicate', ['r8_'], 'alnum', 37, 40),
  ...formats('Prefect', ['pnu_'], 'alnum', 36, 36),
  ...formats('Shippo', ['shippo_live_', 'shippo_test_'], 'hex', 40, 40),
  ...formats('Cloudflare', ['v1.0-'], 'word', 160, 180),
];

/** Texts that a webhook address with a secret in its path contains. Source: Slack, Discord and Microsoft Teams documentation. */
// prettier-ignore
export const SECRET_ADDRESSES: readonly string[] = [
  'hooks.slack.com/services/', 'hooks.slack.com/workflows/', 'discord.com/api/webhooks/',
  'discordapp.com/api/webhooks/', 'webhook.office.com/webhookb2/',
];

/** Query parameters whose value is a signature or key. Source: OpenTelemetry semantic conventions 1.45, url.query and url.full; Azure SAS `sig`. */
// prettier-ignore
export const SECRET_QUERY_PARAMETERS: readonly string[] = [
  'x-amz-signature', 'x-amz-credential', 'x-amz-security-token', 'awsaccesskeyid', 'signature', 'sig',
  'x-goog-signature', 'x-goog-credential',
];

/** Names of parts of connection strings that hold a key. Source: Azure Storage, Service Bus and Event Hubs documentation. */
// prettier-ignore
export const SECRET_CONNECTION_PARTS: readonly string[] = [
  'AccountKey=', 'SharedAccessKey=', 'SharedAccessSignature=',
];

/** Words inside a literal that mark it as made up. Source: gitleaks stop words (MIT), own reading. */
// prettier-ignore
export const PLACEHOLDER_PARTS: readonly string[] = [
  'example', 'sample', 'dummy', 'changeme', 'change_me', 'placeholder', 'your', 'xxxx', '****', '....', '0000000',
  '1234567', 'abcdefg', 'todo', 'cafebabe', 'deadbeef', 'test', 'fake', 'mock', 'redacted', 'insert', 'lorem',
  'password', 'passw0rd', 'secret', 'localhost',
];

/** Domains that belong to nobody. Source: RFC 2606, RFC 6761. */
// prettier-ignore
export const RESERVED_DOMAINS: readonly string[] = [
  'example.com', 'example.org', 'example.net', 'test', 'example', 'invalid', 'localhost', 'local', 'test.com',
  'domain.com', 'email.com', 'noreply.github.com', 'users.noreply.github.com',
];

/** Local parts of role addresses. Source: RFC 2142 and common practice. */
// prettier-ignore
export const ROLE_LOCAL_PARTS: readonly string[] = [
  'info', 'support', 'admin', 'administrator', 'contact', 'sales', 'help', 'helpdesk', 'hello', 'team', 'office',
  'security', 'abuse', 'noc', 'postmaster', 'hostmaster', 'webmaster', 'privacy', 'legal', 'billing', 'jobs',
  'careers', 'press', 'marketing', 'newsletter', 'notification', 'notifications', 'alert', 'alerts', 'service',
  'root', 'git', 'bot', 'mailer', 'daemon', 'noreply', 'donotreply', 'system', 'dev', 'ops', 'devops', 'test', 'user',
  'demo', 'feedback', 'accounts', 'orders', 'no', 'do',
];

/** Number of characters of an IBAN by country. Source: SWIFT IBAN registry, release 99. */
// prettier-ignore
export const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22,
  CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22,
  GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HN: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30,
  KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MN: 20,
  MR: 27, MT: 31, MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22,
  RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29,
  VA: 22, VG: 24, XK: 20, YE: 30,
};

/** Lengths of Maestro cards. */
const MAESTRO: readonly number[] = [12, 13, 14, 15, 16, 17, 18, 19];

/** First digits of payment card numbers with the lengths of the network. Source: ISO/IEC 7812 and the networks' public ranges; Mastercard, Maestro global rules. */
// prettier-ignore
export const CARD_RANGES: readonly { readonly from: number; readonly to: number; readonly digits: number; readonly lengths: readonly number[] }[] = [
  { from: 4, to: 4, digits: 1, lengths: [13, 16, 19] },
  { from: 51, to: 55, digits: 2, lengths: [16] },
  { from: 2221, to: 2720, digits: 4, lengths: [16] },
  { from: 34, to: 34, digits: 2, lengths: [15] },
  { from: 37, to: 37, digits: 2, lengths: [15] },
  { from: 300, to: 305, digits: 3, lengths: [14, 16] },
  { from: 36, to: 36, digits: 2, lengths: [14] },
  { from: 38, to: 39, digits: 2, lengths: [14, 16] },
  { from: 6011, to: 6011, digits: 4, lengths: [16, 19] },
  { from: 644, to: 649, digits: 3, lengths: [16, 19] },
  { from: 65, to: 65, digits: 2, lengths: [16, 19] },
  { from: 3528, to: 3589, digits: 4, lengths: [16, 19] },
  { from: 62, to: 62, digits: 2, lengths: [16, 19] },
  { from: 5018, to: 5020, digits: 4, lengths: MAESTRO },
  { from: 5038, to: 5038, digits: 4, lengths: MAESTRO },
  { from: 5893, to: 5893, digits: 4, lengths: MAESTRO },
  { from: 6304, to: 6304, digits: 4, lengths: MAESTRO },
  { from: 6759, to: 6759, digits: 4, lengths: MAESTRO },
  { from: 6761, to: 6763, digits: 4, lengths: MAESTRO },
];
