/**
 * Words that are written without a boundary in many code bases, and how they split.
 * Source: own reading of public code; the closed forms of Bearer's data types (facts).
 */
// prettier-ignore
export const CLOSED_COMPOUNDS: Readonly<Record<string, string>> = {
  apikey: 'api key', apikeys: 'api keys', authkey: 'auth key', authkeys: 'auth keys', authtoken: 'auth token',
  accesstoken: 'access token', refreshtoken: 'refresh token', idtoken: 'id token', apitoken: 'api token',
  sessiontoken: 'session token', csrftoken: 'csrf token', xsrftoken: 'xsrf token',
  authenticationkey: 'authentication key', authorizationkey: 'authorization key', secretkey: 'secret key',
  privatekey: 'private key', privkey: 'priv key', publickey: 'public key', pubkey: 'public key',
  accesskey: 'access key', accesskeyid: 'access key id', secretaccesskey: 'secret access key',
  clientsecret: 'client secret', sessionkey: 'session key', hashkey: 'hash key', encryptionkey: 'encryption key',
  signingkey: 'signing key', licensekey: 'license key', masterkey: 'master key', userpassword: 'user password',
  dbpassword: 'db password', oldpassword: 'old password', newpassword: 'new password', rootpassword: 'root password',
  adminpassword: 'admin password', userpass: 'user pass', dbpass: 'db pass', dbpasswd: 'db passwd',
  keypass: 'key pass', userpwd: 'user pwd', passwordhash: 'password hash', userid: 'user id', userids: 'user ids',
  uid: 'uid', customerid: 'customer id', patientid: 'patient id', memberid: 'member id', accountid: 'account id',
  sessionid: 'session id', sessid: 'session id', deviceid: 'device id', clientid: 'client id', tenantid: 'tenant id',
  orderid: 'order id', keyid: 'key id', username: 'user name', usernames: 'user names', useremail: 'user email',
  fullname: 'full name', firstname: 'first name', lastname: 'last name', middlename: 'middle name',
  surname: 'sur name', givenname: 'given name', familyname: 'family name', maidenname: 'maiden name',
  nickname: 'nick name', displayname: 'display name', realname: 'real name', lname: 'last name', fname: 'first name',
  emailaddress: 'email address', emailaddr: 'email addr', phonenumber: 'phone number', phoneno: 'phone number',
  mobilenumber: 'mobile number', mobileno: 'mobile number', cellphone: 'cell phone', homephone: 'home phone',
  workphone: 'work phone', faxnumber: 'fax number', telno: 'telephone number', ipaddress: 'ip address',
  ipaddr: 'ip addr', ipaddrs: 'ip addrs', clientip: 'client ip', remoteip: 'remote ip', userip: 'user ip',
  realip: 'real ip', remoteaddr: 'remote addr', remoteaddress: 'remote address', macaddress: 'mac address',
  macaddr: 'mac addr', zipcode: 'zip code', postcode: 'post code', streetaddress: 'street address',
  homeaddress: 'home address', birthdate: 'birth date', dateofbirth: 'birth date', placeofbirth: 'birth place',
  birthplace: 'birth place', geolocation: 'geo location', latlng: 'lat lng', cardnumber: 'card number',
  cardno: 'card no', cardnum: 'card num', creditcard: 'credit card', debitcard: 'debit card', ccnumber: 'cc number',
  ccnum: 'cc num', cardholder: 'card holder', cardcvv: 'card cvv', accountnumber: 'account number',
  bankaccount: 'bank account', routingnumber: 'routing number', socialsecurity: 'social security', taxid: 'tax id',
  nationalid: 'national id', passportnumber: 'passport number', driverslicense: 'drivers license',
  bloodtype: 'blood type', filename: 'file name', filenames: 'file names', pathname: 'path name',
  hostname: 'host name', classname: 'class name', typename: 'type name', tablename: 'table name',
  servicename: 'service name', useragent: 'user agent', querystring: 'query string', originalurl: 'original url',
  rawbody: 'raw body', rawheaders: 'raw headers',
};

/** Names that camel case and digit boundaries would tear apart. */
// prettier-ignore
export const UNSPLIT_WORDS: readonly string[] = [
  'oauth', 'cleartext', 'plaintext', 'ipv4', 'ipv6', 'md5', 'sha1', 'sha2', 'sha3', 'sha256', 'sha384', 'sha512',
  'blake2', 'blake3', 'argon2', 'base64', 'graphql', 'i18n', 'l10n', 'k8s', 'e2e', 's3', 'erc20', 'ios',
];

/** Words that name a natural person; an object of that name makes `name`, `address` or `age` personal data. Source: CodeQL, Bearer data types (facts), own additions. */
// prettier-ignore
export const PERSON_WORDS: readonly string[] = [
  'user', 'customer', 'patient', 'employee', 'person', 'member', 'student', 'contact', 'subscriber',
  'individual', 'people', 'recipient', 'attendee', 'passenger', 'guest', 'doctor', 'physician', 'nurse', 'teacher',
  'applicant', 'borrower', 'beneficiary', 'insured', 'policyholder', 'cardholder', 'spouse', 'father', 'mother',
  'resident', 'citizen', 'buyer', 'shopper', 'seller', 'visitor', 'participant', 'payee', 'payer', 'traveler',
  'traveller', 'donor', 'signatory', 'invitee', 'enduser', 'viewer', 'me', 'myself', 'accountholder',
  'learner', 'tutor', 'freelancer', 'instructor', 'voter', 'admin', 'human', 'guardian', 'kid', 'adult', 'pupil',
  'tenantuser', 'username', 'sitter', 'caregiver', 'clinician',
];

/** Words that stand for a person as the name of an object alone: `profile.name`, but not `profileId`. Source: Bearer data types (facts). */
// prettier-ignore
export const PERSON_OBJECTS: readonly string[] = ['profile'];

/** Words that make a user an account of a machine: `process.user`, `dbUser`. Source: OpenTelemetry process.* and db.* attributes. */
// prettier-ignore
export const MACHINE_WORDS: readonly string[] = [
  'process', 'os', 'system', 'container', 'host', 'db', 'database', 'service', 'machine', 'unix', 'linux', 'posix',
  'ssh', 'smtp', 'redis', 'mysql', 'postgres', 'proxy', 'bot',
];

/** Words after a person word that still stand for the person (`customerProfile`, `userDetails`). */
// prettier-ignore
export const PERSON_RECORD_WORDS: readonly string[] = [
  'profile', 'info', 'information', 'details', 'detail', 'data', 'record', 'entity', 'dto', 'model', 'payload', 'row',
  'doc', 'document', 'obj', 'object', 'form', 'input', 'attributes', 'attrs', 'fields', 'result', 'response',
  'claims', 'snapshot', 'instance', 'account', 'json', 'body', 'values', 'list', 'array', 'map',
];

/** Parts of a path that hold a value without naming it; the name before them decides. */
// prettier-ignore
export const HOLDER_WORDS: readonly string[] = [
  'value', 'values', 'data', 'raw', 'text', 'str', 'string', 'current', 'content', 'json', 'attributes', 'attrs',
];

/** Things that an adjective such as `medical` makes sensitive. */
// prettier-ignore
export const PLAIN_THINGS: readonly string[] = [
  'note', 'record', 'data', 'message', 'info', 'information', 'history', 'file', 'document', 'text', 'report',
  'detail', 'condition', 'string', 'value', 'letter', 'test', 'result', 'summary', 'comment', 'certificate',
];

/** Methods and properties that hand a string on as it is. */
// prettier-ignore
export const TRANSPARENT_MEMBERS: readonly string[] = [
  'toString', 'toLocaleString', 'valueOf', 'toJSON', 'trim', 'trimStart', 'trimEnd', 'toLowerCase', 'toUpperCase',
  'toLocaleLowerCase', 'toLocaleUpperCase', 'normalize', 'padEnd', 'padStart',
];

/** Objects whose properties carry a personal name without holding the data: `errors.email`, `features.phone`. Source: own reading; CodeQL and ship-safe false positives. */
// prettier-ignore
export const NON_VALUE_OBJECTS: readonly string[] = [
  'error', 'errors', 'err', 'touched', 'dirty', 'schema', 'schemas', 'column', 'columns', 'field', 'fields', 'label',
  'labels', 'message', 'messages', 'template', 'templates', 'feature', 'features', 'flag', 'flags', 'channel',
  'channels', 'notification', 'notifications', 'preference', 'preferences', 'permission', 'permissions', 'validator',
  'validators', 'validation', 'rule', 'rules', 'queue', 'queues', 'provider', 'providers', 'service', 'services',
  'type', 'types', 'enum', 'constants', 'route', 'routes', 'url', 'urls', 'path', 'paths', 'endpoint', 'endpoints',
  'translation', 'translations', 'i18n', 'style', 'styles', 'selector', 'selectors', 'placeholder', 'placeholders',
  'icon', 'icons', 'component', 'components', 'z', 'joi', 'yup', 'faker', 'chance', 'sequelize', 'regex', 'pattern',
  'patterns', 'exports', 'math', 'promise',
];

/** Objects that hold what the operator configured: their addresses are nobody's personal data, their secrets are secrets all the same. */
// prettier-ignore
export const CONFIG_OBJECTS: readonly string[] = [
  'config', 'configuration', 'env', 'environment', 'settings', 'setting', 'conf', 'cfg', 'constants', 'defaults',
  'specification', 'spec', 'smtp', 'mailer', 'transport',
];

/** Words that may follow a term without changing what the value is: `passwordStr`, `myPasswordInCleartext`. */
// prettier-ignore
export const NEUTRAL_SUFFIXES: readonly string[] = [
  'str', 'string', 'text', 'txt', 'value', 'val', 'values', 'raw', 'plain', 'plaintext', 'cleartext', 'clear', 'in',
  'num', 'no', 'nr', 'number', 'confirm', 'confirmation', 'again', 'repeat', 'copy', 'array', 'list', 'arg', 'header',
  'buffer', 'bytes', 'b64', 'json',
];

/** Words before a term that say nothing about whose it is. */
// prettier-ignore
export const NEUTRAL_PREFIXES: readonly string[] = [
  'my', 'the', 'a', 'its', 'our', 'their', 'your', 'this', 'that', 'current', 'curr', 'new', 'old', 'original',
  'orig', 'raw', 'full', 'primary', 'secondary', 'home', 'work', 'personal', 'get', 'fetch', 'load', 'read', 'find',
  'linked', 'first', 'last', 'legal', 'real', 'actual', 'updated', 'own',
];

/** First words of names that hold a yes or no. */
// prettier-ignore
export const BOOLEAN_PREFIXES: readonly string[] = [
  'is', 'are', 'was', 'were', 'has', 'have', 'had', 'should', 'can', 'could', 'will', 'would', 'did', 'does', 'do',
  'must', 'needs', 'need', 'requires', 'require', 'required', 'allow', 'allows', 'allowed', 'enable', 'enables',
  'enabled', 'disable', 'disabled', 'show', 'hide', 'use', 'uses', 'with', 'without', 'no', 'not', 'non', 'skip',
  'include', 'includes', 'exclude', 'excludes', 'supports', 'support', 'wants', 'want', 'missing', 'expects',
  'expect', 'ignore', 'omit', 'capture', 'record', 'optional', 'only',
];

/** First words of functions and states around a value, not of the value: `sendEmail`, `CHANGE_PASSWORD`, `invalidToken`. Source: CodeQL and Bearer false positives (facts). */
// prettier-ignore
export const ACTION_PREFIXES: readonly string[] = [
  'send', 'sends', 'sent', 'verify', 'validate', 'check', 'change', 'update', 'set', 'handle', 'on', 'render',
  'toggle', 'delete', 'remove', 'clear', 'forgot', 'forget', 'revoke', 'rotate', 'parse', 'decode', 'compare',
  'match', 'matches', 'lookup', 'by', 'count', 'invalid', 'wrong', 'incorrect', 'bad', 'weak', 'unknown', 'duplicate',
  'expired', 'unexpected', 'mismatched', 'register', 'process', 'log', 'test', 'assert', 'mock', 'stub', 'sort',
  'filter', 'group', 'ensure', 'save', 'store', 'submit', 'edit', 'add', 'format', 'hide', 'prompt', 'ask', 'queue',
  'enqueue', 'inject', 'extract', 'consume', 'block', 'invalidate', 'authenticate', 'authorize', 'migrate', 'attach',
  'append', 'subtract', 'persist', 'disconnect', 'reject', 'complete', 'retry', 'dismiss', 'execute', 'select',
  'insert', 'upsert', 'apply', 'convert', 'serialize', 'deserialize', 'push', 'publish', 'post', 'put', 'patch',
  'accept', 'schedule', 'trigger', 'await', 'wait', 'subscribe', 'unsubscribe', 'redeem', 'exchange', 'introspect',
  'list', 'warn', 'notify', 'reconfirm',
];

/** Prepositions inside a name: what stands before them is the thing (`findByEmail`, `signWithSecret`). */
// prettier-ignore
export const PREPOSITIONS: readonly string[] = [
  'by', 'from', 'for', 'with', 'without', 'to', 'in', 'on', 'via', 'per', 'using', 'and', 'or', 'as', 'if',
];

/** Actions whose object keeps the name: a reset token is a token, resetting a password yields none. */
// prettier-ignore
export const PASSWORD_ACTIONS: readonly string[] = ['reset', 'recover', 'restore'];

/** First words of quantities. */
// prettier-ignore
export const QUANTITY_PREFIXES: readonly string[] = [
  'num', 'n', 'nb', 'number', 'count', 'total', 'max', 'min', 'avg', 'mean', 'sum', 'size', 'length', 'limit',
];

/** Words of values that were protected, are public, or belong to nobody, wherever they stand in the name. Source: CodeQL notSensitiveRegexp (facts), RULES of hashing and masking. */
// prettier-ignore
export const HARMLESS_WORDS: readonly string[] = [
  'hash', 'hashed', 'hashes', 'hashing', 'md5', 'sha', 'sha1', 'sha2', 'sha3', 'sha256', 'sha384', 'sha512', 'hmac',
  'digest', 'bcrypt', 'bcrypted', 'scrypt', 'argon2', 'blake2', 'blake3', 'salt', 'salted', 'fingerprinted',
  'checksum', 'encrypted', 'encrypt', 'crypt', 'crypted', 'cipher', 'ciphered', 'ciphertext', 'encoded', 'encode',
  'redacted', 'redact', 'masked', 'mask', 'obfuscated', 'obfuscate', 'censored', 'censor', 'sanitized', 'sanitised',
  'sanitize', 'scrubbed', 'scrub', 'anonymized', 'anonymised', 'anonymize', 'anonymous', 'pseudonymized',
  'pseudonymised', 'pseudonymous', 'tokenized', 'tokenised', 'safe', 'public', 'dummy', 'fake', 'mock', 'mocked',
  'example', 'sample', 'placeholder', 'random', 'synthetic', 'hidden', 'stripped', 'truncated',
];

/** First words of functions that protect a value; the forms in -ed and -ing follow from `PROTECTED_FORMS`. */
// prettier-ignore
export const PROTECTIVE_VERBS: readonly string[] = [
  'hash', 'mask', 'redact', 'encrypt', 'sanitize', 'sanitise', 'scrub', 'anonymize', 'anonymise', 'pseudonymize',
  'pseudonymise', 'obfuscate', 'censor', 'cipher', 'bcrypt', 'scrypt', 'argon2', 'hmac', 'md5', 'sha1', 'sha256',
  'sha384', 'sha512', 'digest',
];

/** Forms that mark the result of protecting, anywhere in the name of a function. */
// prettier-ignore
export const PROTECTED_FORMS: readonly string[] = [
  'hashed', 'masked', 'redacted', 'redactor', 'redaction', 'encrypted', 'sanitized', 'sanitised', 'sanitizer',
  'sanitiser', 'scrubbed', 'scrubber', 'anonymized', 'anonymised', 'anonymizer', 'anonymiser', 'pseudonymized',
  'pseudonymised', 'pseudonymizer', 'obfuscated', 'obfuscator', 'censored',
  'cleaned', 'stripped',
];

/** Words after a protective verb that make it a data structure or a tool instead. */
// prettier-ignore
export const PROTECTIVE_EXCEPTIONS: readonly string[] = [
  'map', 'set', 'table', 'tag', 'tags', 'router', 'route', 'code', 'history', 'ring', 'bucket', 'collision', 'change',
  'image', 'layer', 'bits',
];
