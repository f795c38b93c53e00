import type { TermContext, TermGroup } from './sensitive-types.ts';

const CODEQL = 'microsoft/codeql b476939a, shared SensitiveDataHeuristics.qll (MIT)';
const SENTRY = 'getsentry/sentry-javascript, filtering-snippets.ts, and getsentry/sentry-python, scrubber.py (MIT)';
const ELASTIC = 'elastic/apm specs/agents/sanitization.md and getsentry/relay default key rule';
const PRIVACY =
  'categories of personal data in the GDPR, articles 4 and 9; HIPAA Safe Harbor list, 45 CFR 164.514(b)(2)';
const PCI = 'PCI DSS 4.0, account data';

/** Words that turn a bare `token` into something that is no secret: paging, parsing, cancelling, models, public ones. */
// prettier-ignore
const HARMLESS_TOKEN_WORDS = [
  'next', 'prev', 'previous', 'page', 'paging', 'pagination', 'continuation', 'continue', 'cursor', 'sync', 'skip',
  'start', 'end', 'first', 'last', 'cancel', 'cancellation', 'cancelation', 'abort', 'stop', 'progress', 'injection',
  'inject', 'lexer', 'lexical', 'parse', 'parser', 'syntax', 'ast', 'keyword', 'operator', 'comment', 'string',
  'punctuator', 'design', 'theme', 'color', 'style', 'css', 'prompt', 'completion', 'input', 'output', 'gen', 'llm',
  'model', 'special', 'erc', 'erc20', 'nft', 'lp', 'pool', 'swap', 'reward', 'governance', 'payment', 'quote', 'base',
  'collateral', 'public', 'fencing', 'resume', 'partition', 'watch', 'checkpoint', 'batch', 'retry', 'idempotency',
  'etag', 'list', 'media',
];

/** Words that mark the address of the operator or of nobody instead of a person's. */
// prettier-ignore
const OPERATOR_WORDS = [
  'support', 'noreply', 'reply', 'system', 'service', 'default', 'company', 'business', 'bot', 'sales', 'abuse',
  'smtp', 'notification', 'notifications', 'marketing', 'transactional', 'welcome', 'bulk', 'shop', 'store', 'app',
  'internal',
];

/** Words that mark the address of a machine of the operator. */
// prettier-ignore
const INFRASTRUCTURE_WORDS = [
  'server', 'host', 'node', 'pod', 'cluster', 'local', 'bind', 'listen', 'gateway', 'private', 'public', 'elastic',
  'static', 'load', 'balancer', 'lb', 'proxy', 'upstream', 'target', 'destination', 'dest', 'dst', 'service',
  'container', 'docker', 'vm', 'instance', 'worker', 'master', 'primary', 'replica', 'db', 'database', 'redis',
  'broker', 'relay', 'internal', 'egress', 'nat', 'vpc', 'dns', 'interface', 'listening', 'announce', 'announced',
  'rtp', 'rtc', 'nic', 'floating', 'tcp', 'allow', 'allowed', 'block', 'blocked', 'trusted', 'whitelist', 'allowlist',
  'blocklist', 'range', 'deny', 'net', 'hop', 'exporter',
];

/** What counts as sensitive when it stands at the end of a name. */
// prettier-ignore
export const TERM_GROUPS: readonly TermGroup[] = [
  {
    source: `${CODEQL}; ${ELASTIC}`,
    category: 'credential', severity: 'critical', strength: 'strong',
    except: ['proxy', 'question', 'manager', 'strength', 'policy', 'network'],
    terms: [
      'password', 'passwd', 'passcode', 'pass phrase', 'passwort', 'contraseña', 'contrasena', 'mot de passe',
      'senha', 'user pass', 'db pass', 'database pass', 'key pass', 'smtp pass', 'mail pass', 'ftp pass',
      'admin pass', 'root pass', 'mongo pass', 'redis pass', 'mysql pass', 'pg pass', 'postgres pass', 'auth pass',
      'login pass', 'user pw', 'db pw', 'admin pw', 'mysql pwd', 'db pwd', 'user pwd', 'my pwd', 'admin pwd',
      'login pwd', 'root pwd', 'account pwd', 'new pwd', 'old pwd',
    ],
  },
  {
    source: ELASTIC,
    category: 'credential', severity: 'critical', strength: 'weak', plural: false,
    except: ['process', 'env', 'current', 'working'],
    terms: ['pwd', 'pw'],
  },
  {
    source: CODEQL,
    category: 'credential', severity: 'critical', strength: 'strong', plural: false,
    except: ['kubernetes', 'k8s', 'trade'],
    terms: ['secret'],
  },
  {
    source: CODEQL,
    category: 'credential', severity: 'critical', strength: 'strong', leads: true,
    terms: ['confidential'],
  },
  {
    source: `${CODEQL}; Yelp/detect-secrets plugins/keyword.py; ${SENTRY}`,
    category: 'credential', severity: 'critical', strength: 'strong',
    terms: [
      'api key', 'x api key', 'auth key', 'authentication key', 'authorization key', 'private key', 'priv key',
      'secret key', 'secret access key', 'access key', 'encryption key', 'signing key', 'master key', 'license key',
      'licence key', 'secure key', 'ssh key', 'service account key', 'shared access key', 'hmac key', 'jwt key',
      'webhook secret', 'client secret', 'app secret', 'shared secret', 'session secret', 'totp seed', 'seed phrase',
      'recovery phrase', 'mnemonic phrase', 'secret hex', 'connection string', 'bearer key', 'deploy key',
      'decryption key',
    ],
  },
  {
    source: 'Yelp/detect-secrets plugins/keyword.py',
    category: 'credential', severity: 'high', strength: 'weak',
    except: ['device', 'hardware', 'yubi'],
    terms: [
      'client key', 'session key', 'shared key', 'mnemonic', 'security key', 'account key', 'accnt key', 'acct key',
      'service key', 'db key',
    ],
  },
  {
    source: `${CODEQL}; ${SENTRY}; DataDog/dd-trace-js query-string obfuscation (Apache-2.0)`,
    category: 'credential', severity: 'critical', strength: 'strong',
    terms: [
      'api token', 'api tok', 'access token', 'refresh token', 'id token', 'auth token', 'authentication token',
      'authorization token', 'session token', 'secret token', 'security token', 'bearer token', 'bearer', 'jwt',
      'jwt token', 'json web token', 'reset token', 'password token', 'verification token', 'confirmation token',
      'invite token', 'invitation token', 'magic link', 'login token', 'user token', 'admin token', 'service token',
      'bot token', 'personal access token', 'oauth token', 'sso token', 'device token', 'push token', 'fcm token',
      'apns token', 'webhook token', 'deploy token', 'account token', 'identity token', 'remember token',
      'client token', 'app token',
    ],
  },
  {
    source: `${SENTRY}; DataDog/dd-trace-js (Apache-2.0)`,
    category: 'credential', severity: 'high', strength: 'weak',
    terms: ['csrf token', 'xsrf token', 'csrf', 'xsrf', 'anti forgery token', 'request verification token'],
  },
  {
    source: `${ELASTIC}; ${SENTRY}`,
    category: 'credential', severity: 'high', strength: 'weak', plural: false,
    except: HARMLESS_TOKEN_WORDS,
    terms: ['token'],
  },
  {
    source: 'getsentry/relay default key rule; ' + CODEQL,
    category: 'credential', severity: 'critical', strength: 'strong',
    except: ['cors', 'include', 'area', 'country'],
    terms: [
      'credential', 'creds', 'otp', 'otp code', 'totp', 'one time password', 'one time code', 'one time passcode',
      'two factor code', 'mfa code', 'mfa token', 'mfa secret', 'backup code', 'recovery code', 'verification code',
      'sms code', 'auth code', 'authentication code', 'authorization code', 'password reset code', 'reset code',
      'login code', 'pin code', 'card pin', 'user pin', '2 fa code', 'saml assertion', 'saml response', 'basic auth',
      'authorization header', 'auth header', 'access code', 'unlock code',
    ],
  },
  {
    source: 'getsentry/relay default key rule; ' + CODEQL,
    category: 'credential', severity: 'high', strength: 'weak', plural: false,
    except: ['error', 'type', 'grant', 'tls', 'ssl', 'server', 'client', 'ca', 'root'],
    terms: [
      'authorization', 'proxy authorization', 'set cookie', 'oauth', 'mfa', 'two factor', '2 fa', 'certificate',
      'pem',
    ],
  },
  {
    source: `getsentry/relay default key rule; ${SENTRY}`,
    category: 'credential', severity: 'high', strength: 'strong',
    terms: [
      'cookie', 'session cookie', 'phpsessid', 'jsessionid', 'php session id', 'connect sid', 'session cookie value',
      'csrf cookie',
    ],
  },
  {
    source: `${PRIVACY}; e-mail: getsentry/relay, Bearer data types`,
    category: 'contact', severity: 'high', strength: 'strong',
    except: OPERATOR_WORDS,
    terms: [
      'email', 'email address', 'mail address', 'email addr', 'emailadresse', 'phone', 'phone number', 'telephone',
      'telephone number', 'mobile number', 'mobile phone', 'cell phone', 'cell number', 'fax number', 'home phone',
      'work phone', 'contact number', 'msisdn', 'whatsapp number', 'emergency contact', 'next of kin',
      'contact details', 'contact info',
    ],
  },
  {
    source: PRIVACY,
    category: 'contact', severity: 'high', strength: 'weak', needs: 'person',
    terms: ['tel', 'mobile', 'cell', 'fax', 'contact', 'mail', 'recovery mail', 'friend'],
  },
  {
    source: `${PRIVACY}; ${CODEQL}`,
    category: 'name', severity: 'high', strength: 'strong',
    except: ['file', 'class', 'tag', 'type', 'table', 'column', 'event', 'method'],
    terms: [
      'first name', 'last name', 'middle name', 'sur name', 'family name', 'given name', 'maiden name', 'person name',
      'legal name', 'contact name', 'card holder', 'card holder name', 'account holder', 'account holder name',
      'spouse', 'spouse name', 'mother name', 'father name', 'recipient name', 'holder name', 'full legal name',
      'real name', 'birth name', 'vorname', 'nachname',
    ],
  },
  {
    source: PRIVACY,
    category: 'name', severity: 'high', strength: 'weak',
    except: [
      'file', 'class', 'method', 'function', 'table', 'path', 'type', 'repo', 'repository', 'resource', 'topic',
      'queue', 'domain', 'image', 'package', 'module', 'metric', 'span', 'branch', 'source', 'ref', 'commit',
      'project', 'workspace', 'org', 'organization', 'team', 'group', 'company', 'parent', 'generator', 'def',
      'definition', 'node', 'symbol', 'test', 'suite', 'scope', 'service', 'rule', 'command', 'task', 'field',
      'schema', 'model', 'entity', 'tool', 'plugin', 'category', 'product',
    ],
    terms: ['full name', 'employer', 'employer name'],
  },
  {
    source: `${PRIVACY}; object context after Bearer data types (facts)`,
    category: 'name', severity: 'high', strength: 'strong', needs: 'person',
    except: ['union', 'enum', 'class', 'struct', 'interface', 'type', 'tool', 'static', 'function', 'module'],
    terms: ['name', 'display name', 'login name', 'screen name', 'preferred name'],
  },
  {
    source: `${PRIVACY}; object context after Bearer data types (facts)`,
    category: 'name', severity: 'medium', strength: 'weak', needs: 'person',
    terms: ['username', 'handle', 'nickname', 'bio', 'initials'],
  },
  {
    source: `${CODEQL}: account names are ids`,
    category: 'identifier', severity: 'low', strength: 'weak',
    terms: ['user name', 'screenname'],
  },
  {
    source: `${CODEQL}: ids of accounts`,
    category: 'identifier', severity: 'low', strength: 'strong', needs: 'person',
    terms: ['id', 'uid', 'uuid', 'guid', 'sub', 'identifier', 'external id', 'pseudonym'],
  },
  {
    source: 'HIPAA Safe Harbor list, 45 CFR 164.514(b)(2): record numbers; GDPR recital 30: device and advertising ids',
    category: 'identifier', severity: 'high', strength: 'strong',
    terms: ['patient id', 'patient number', 'medical record number', 'mrn', 'advertising id', 'idfa', 'gaid'],
  },
  {
    source: `${PRIVACY}; ${CODEQL}; several national identity schemes`,
    category: 'government', severity: 'critical', strength: 'strong',
    terms: [
      'ssn', 'social security', 'social security number', 'social security no', 'national insurance',
      'national insurance number', 'national id', 'national id number', 'national identity number',
      'employer identification', 'employer identification number', 'resident id', 'passport number', 'passport no',
      'passport id', 'driving licence', 'driving license', 'driver license', 'drivers license', 'driver licence',
      'driving licence number', 'driver license number', 'drivers license number', 'tax id', 'tax number',
      'taxpayer id', 'tax identification number', 'cpf', 'nino', 'aadhaar', 'aadhar', 'pesel', 'curp', 'personnummer',
      'nhs number', 'identity card', 'identity card number', 'id card number', 'id card', 'visa number',
      'license plate', 'vehicle registration number',
    ],
  },
  {
    source: `${PCI}; ${CODEQL}; Bearer data types (facts)`,
    category: 'financial', severity: 'critical', strength: 'strong',
    except: ['gift', 'loyalty', 'sim', 'score', 'index'],
    terms: [
      'credit card', 'credit card number', 'credit card no', 'debit card', 'debit card number', 'card number',
      'card no', 'card num', 'card pan', 'primary account number', 'ccn', 'cc number', 'cc num', 'cvv', 'cvc',
      'cvv 2', 'cvc 2', 'card verification value', 'card security code', 'security code', 'card cvv', 'card code',
      'iban', 'bank account', 'bank account number', 'account number', 'account no', 'routing number', 'sort code',
      'credit score', 'credit rating', 'credit record', 'credit history', 'bank details', 'card details',
    ],
  },
  {
    source: `${CODEQL}; Bearer data types (facts)`,
    category: 'financial', severity: 'high', strength: 'strong',
    terms: [
      'salary', 'beneficiary', 'net worth', 'tax return', 'pay slip', 'billing info', 'billing details',
      'annual income', 'household income', 'monthly income',
    ],
  },
  {
    source: PCI,
    category: 'financial', severity: 'high', strength: 'weak', needs: 'card',
    terms: ['pan', 'expiry', 'expiration', 'expiry date', 'holder'],
  },
  {
    source: PRIVACY,
    category: 'financial', severity: 'high', strength: 'weak', needs: 'person',
    terms: ['income', 'wage', 'tin'],
  },
  {
    source: `${CODEQL}; ${PRIVACY}; Bearer data types (facts)`,
    category: 'health', severity: 'critical', strength: 'strong', leads: true,
    terms: [
      'medical', 'patient record', 'health record', 'health plan', 'care plan', 'health insurance', 'healthkit',
      'health condition', 'menstrual', 'menstruation', 'pregnancy',
    ],
  },
  {
    source: `${CODEQL}; ${PRIVACY}`,
    category: 'health', severity: 'critical', strength: 'strong',
    terms: [
      'prescription', 'blood type', 'blood group', 'blood alcohol', 'blood glucose', 'blood pressure', 'heart rate',
      'body mass', 'body mass index', 'body fat', 'pregnant', 'insulin', 'inhaler', 'insulin dose', 'medication',
      'allergy', 'lab result', 'lab test result', 'health data', 'vaccination', 'patient note', 'patient data',
      'patient history', 'clinical note',
    ],
  },
  {
    source: `${CODEQL}; ${PRIVACY}`,
    category: 'health', severity: 'high', strength: 'weak',
    except: ['error', 'build', 'performance', 'root', 'failure', 'ai'],
    terms: ['diagnosis', 'diagnoses', 'symptom'],
  },
  {
    source: CODEQL,
    category: 'health', severity: 'high', strength: 'weak', needs: 'patient',
    terms: ['appointment', 'treatment', 'condition', 'note', 'record', 'history'],
  },
  {
    source: `${PRIVACY}; ${CODEQL}`,
    category: 'special', severity: 'critical', strength: 'strong',
    except: ['unix', 'bias'],
    terms: [
      'gender', 'sex', 'nationality', 'ethnicity', 'ethnic origin', 'ethnic group', 'religion', 'religious belief',
      'political view', 'political opinion', 'political affiliation', 'political party', 'sexual orientation',
      'sexuality', 'union membership', 'marital status', 'criminal record', 'disability status', 'immigration status',
      'biometry', 'biometrics', 'biometric', 'biometric data', 'genetic data', 'face embedding', 'voice print',
      'retina scan', 'iris scan',
    ],
  },
  {
    source: `${PRIVACY}; bare, passport is a library of Node.js`,
    category: 'government', severity: 'critical', strength: 'weak', needs: 'person',
    terms: ['passport'],
  },
  {
    source: PRIVACY,
    category: 'special', severity: 'critical', strength: 'weak', needs: 'person',
    terms: ['race', 'disability', 'signature', 'photo', 'portrait', 'caste', 'political'],
  },
  {
    source: `${PRIVACY}; ${CODEQL}`,
    category: 'location', severity: 'high', strength: 'strong',
    except: ['file', 'data', 'resource', 'memory', 'mem', 'wallet', 'contract'],
    terms: [
      'street', 'street name', 'street address', 'street number', 'address line', 'home address', 'postal address',
      'mailing address', 'shipping address', 'billing address', 'delivery address', 'residential address',
      'post code', 'postal code', 'zip code', 'latitude', 'longitude', 'geo location', 'gps coordinate',
      'gps location', 'gps position', 'home location', 'user location', 'current location', 'lat lng', 'lat long',
      'lat lon',
    ],
  },
  {
    source: PRIVACY,
    category: 'location', severity: 'high', strength: 'weak', needs: 'place',
    terms: ['lat', 'lng', 'lon', 'long', 'coordinate', 'coords'],
  },
  {
    source: PRIVACY,
    category: 'location', severity: 'high', strength: 'strong', needs: 'person',
    terms: ['address', 'location', 'position', 'residence', 'whereabouts'],
  },
  {
    source: PRIVACY,
    category: 'location', severity: 'medium', strength: 'weak', needs: 'address',
    terms: ['city', 'zip', 'line 1', 'line 2', 'line 3', 'town', 'house number'],
  },
  {
    source: `${CODEQL}; ${PRIVACY}`,
    category: 'birth', severity: 'high', strength: 'strong',
    terms: ['birth date', 'birth day', 'birth place', 'birth year', 'birth city', 'dob'],
  },
  {
    source: PRIVACY,
    category: 'birth', severity: 'high', strength: 'weak', needs: 'person',
    terms: ['age', 'birth', 'born'],
  },
  {
    source: 'ECJ C-582/14 (Breyer): IP addresses are personal data; OpenTelemetry client.address; getsentry/relay',
    category: 'online', severity: 'medium', strength: 'strong',
    except: INFRASTRUCTURE_WORDS,
    terms: [
      'ip address', 'ip addr', 'client ip', 'remote ip', 'user ip', 'remote address', 'remote addr', 'client address',
      'client addr', 'forwarded for', 'x forwarded for', 'real ip', 'x real ip', 'connecting ip', 'visitor ip',
      'caller ip', 'peer ip', 'source ip', 'requester ip', 'device fingerprint', 'browser fingerprint', 'cookie id',
      'sender ip', 'login ip',
    ],
  },
  {
    source: 'ECJ C-582/14 (Breyer)',
    category: 'online', severity: 'medium', strength: 'weak',
    except: INFRASTRUCTURE_WORDS,
    terms: ['ip', 'ipv4', 'ipv6', 'ipv4 address', 'ipv6 address'],
  },
  {
    source: 'Bearer data types (facts)',
    category: 'online', severity: 'medium', strength: 'weak', needs: 'person',
    terms: ['finger print'],
  },
  {
    source: `${CODEQL}; 3GPP TS 23.003 (IMEI, IMSI); OpenTelemetry host.mac`,
    category: 'device', severity: 'medium', strength: 'strong',
    terms: ['mac address', 'mac addr', 'imei', 'imsi', 'udid', 'iccid'],
  },
  {
    source: 'OpenTelemetry device.id',
    category: 'device', severity: 'low', strength: 'weak',
    terms: ['device id', 'device serial', 'device serial number'],
  },
  {
    source: 'free text that people write: OpenTelemetry gen_ai notes, measured attribute writes',
    category: 'content', severity: 'high', strength: 'weak',
    except: ['error', 'warning', 'diagnostic', 'status', 'validation', 'success'],
    terms: [
      'user prompt', 'user message', 'user input', 'user query', 'chat message', 'chat history',
      'conversation history', 'prompt text', 'message content', 'message text', 'completion text', 'message body',
      'transcript text',
    ],
  },
  {
    source: 'request data: OpenTelemetry http.request.*',
    category: 'headers', severity: 'high', strength: 'weak', needs: 'request',
    terms: ['header', 'raw header'],
  },
  {
    source: 'request data: OpenTelemetry http.request.*',
    category: 'body', severity: 'high', strength: 'weak', needs: 'request',
    terms: ['body', 'raw body', 'payload'],
  },
  { source: 'request data: OpenTelemetry url.*', category: 'url', severity: 'medium', strength: 'weak', needs: 'request', except: [
    'res', 'pull', 'merge',
  ], terms: ['url', 'original url', 'query string', 'referer', 'referrer'] },
  { source: 'request data: OpenTelemetry url.query', category: 'url', severity: 'high', strength: 'weak', needs: 'request', except: [
    'res', 'response', 'pull', 'merge', 'filter',
  ], terms: ['query'] },
];

/** The words that make up each context besides persons, which have a list of their own. */
// prettier-ignore
export const TERM_CONTEXTS: Readonly<Record<Exclude<TermContext, 'person'>, readonly string[]>> = {
  place: ['geo', 'geolocation', 'location', 'gps', 'coordinates', 'coords', 'position', 'place', 'address'],
  address: ['address', 'shipping', 'billing', 'delivery', 'mailing', 'postal'],
  card: ['card', 'creditcard', 'debitcard', 'cardholder'],
  patient: ['patient'],
  request: ['request', 'req', 'response', 'res', 'ctx', 'incoming'],
};
