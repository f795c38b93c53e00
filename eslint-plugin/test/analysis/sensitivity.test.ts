import { describe, expect, it } from 'vitest';
import {
  classifyAttributeKey,
  classifyPath,
  isPersonWord,
  isProtectiveName,
  type SensitiveCategory,
} from '../../src/analysis/sensitivity.ts';
import { KEY_GROUPS } from '../../src/knowledge/sensitive-keys.ts';
import { TERM_GROUPS } from '../../src/knowledge/sensitive-words.ts';

const SENSITIVE: readonly (readonly [path: string, category: SensitiveCategory])[] = [
  ['password', 'credential'],
  ['PassWord', 'credential'],
  ['pass_word', 'credential'],
  ['newPassword2', 'credential'],
  ['confirmPassword', 'credential'],
  ['passwordStr', 'credential'],
  ['loginPasswordInCleartext', 'credential'],
  ['cleartextPassword', 'credential'],
  ['unencryptedPassword', 'credential'],
  ['form.getPassword', 'credential'],
  ['account.password.value', 'credential'],
  ['account.password.trim', 'credential'],
  ['db_pass', 'credential'],
  ['smtpPass', 'credential'],
  ['user.pwd', 'credential'],
  ['passPhrase', 'credential'],
  ['contraseña', 'credential'],
  ['apikey', 'credential'],
  ['APIKey', 'credential'],
  ['x-api-key', 'credential'],
  ['process.env.STRIPE_API_KEY', 'credential'],
  ['config.database.password', 'credential'],
  ['authKey', 'credential'],
  ['signingKey', 'credential'],
  ['loadPrivateKey', 'credential'],
  ['clientSecret', 'credential'],
  ['secret', 'credential'],
  ['accessTokens', 'credential'],
  ['refresh_token', 'credential'],
  ['resetToken', 'credential'],
  ['session.token', 'credential'],
  ['OAuthToken', 'credential'],
  ['jwt', 'credential'],
  ['headers.cookie', 'credential'],
  ['req.cookies', 'credential'],
  ['req.signedCookies', 'credential'],
  ['setCookie', 'credential'],
  ['headers.authorization', 'credential'],
  ['verificationCode', 'credential'],
  ['one_time_code', 'credential'],
  ['mfa', 'credential'],
  ['awsCredentials', 'credential'],
  ['confidentialNote', 'credential'],
  ['email', 'contact'],
  ['eMail', 'contact'],
  ['user.email', 'contact'],
  ['session.user.emails', 'contact'],
  ['createdByEmail', 'contact'],
  ['props.email', 'contact'],
  ['work_e_mail_2', 'contact'],
  ['phoneNumber', 'contact'],
  ['mobilePhoneNum', 'contact'],
  ['customer.mobile', 'contact'],
  ['emergencyContact', 'contact'],
  ['user.friends', 'contact'],
  ['firstName', 'name'],
  ['lname', 'name'],
  ['user.name', 'name'],
  ['users.0.name', 'name'],
  ['currentUser.name', 'name'],
  ['customerProfile.name', 'name'],
  ['user.profile.name', 'name'],
  ['user.data.name', 'name'],
  ['patientName', 'name'],
  ['user.getDisplayName', 'name'],
  ['user.username', 'name'],
  ['nameOfEmployer', 'name'],
  ['ssn', 'government'],
  ['mySsn', 'government'],
  ['passportNumber', 'government'],
  ['drivers_license', 'government'],
  ['taxId', 'government'],
  ['cardNumber', 'financial'],
  ['card_no', 'financial'],
  ['iBAN', 'financial'],
  ['payment.cvv', 'financial'],
  ['bankAccountNumberText', 'financial'],
  ['creditRating', 'financial'],
  ['employee.salary', 'financial'],
  ['medicalNotes', 'health'],
  ['patientRecord', 'health'],
  ['bloodPressure', 'health'],
  ['prescriptions', 'health'],
  ['gender', 'special'],
  ['genderText', 'special'],
  ['religion', 'special'],
  ['user.signature', 'special'],
  ['sexualOrientation', 'special'],
  ['streetAddress1', 'location'],
  ['shippingAddress', 'location'],
  ['user.address', 'location'],
  ['order.address.city', 'location'],
  ['position.lat', 'location'],
  ['zip_code', 'location'],
  ['dateOfBirth', 'birth'],
  ['dob', 'birth'],
  ['user.age', 'birth'],
  ['req.ip', 'online'],
  ['IPAddress', 'online'],
  ['socket.remoteAddress', 'online'],
  ['XForwardedFor', 'online'],
  ['user.fingerPrint', 'online'],
  ['macAddr', 'device'],
  ['imei', 'device'],
  ['userId', 'identifier'],
  ['userIDs', 'identifier'],
  ['customer.id', 'identifier'],
  ['primaryPatientId', 'identifier'],
  ['req.headers', 'headers'],
  ['request.body', 'body'],
  ['req.originalUrl', 'url'],
  ['userPrompt', 'content'],
];

// prettier-ignore
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  'no person around a general word': [
    'name', 'file.name', 'fileName', 'file.owner.name', 'brandName', 'serviceName', 'user.company.name',
    'userRole.name', 'userService.name', 'accountName', 'memberTypeName', 'displayName', 'this.name', 'props.name',
    'config.name', 'env.name', 'age', 'race', 'address', 'title', 'location', 'server.address', 'host.ip', 'serverIp',
    'walletAddress', 'process.user.name', 'dbUser.name', 'profileId', 'fontFamily',
  ],
  'the thing named is not the sensitive thing': [
    'passwordHash', 'hashedPassword', 'hash_password', 'encryptedPassword', 'emailSha256', 'redactedEmail',
    'masked.email', 'user.maskedPhone', 'anonymizedName', 'hasPassword', 'isSecret', 'user.hasEmail',
    'password_enabled', 'emailVerified', 'passwordLength', 'passwordCleared', 'emailCount', 'num_passwords',
    'maxPasswordLength', 'numberOfEmails', 'passwordResetUrl', 'passwordPolicy', 'secret_name', 'secretArn', 'key_id',
    'accessKeyId', 'publicKey', 'public_key', 'apiKeyId', 'api_key.id', 'tokenCount', 'token_count', 'tokenType',
    'tokenizer', 'maxTokens', 'promptTokens', 'nextPageToken', 'cancellationToken', 'tokens', 'addressBookEnabled',
    'addressList', 'emailTemplate', 'emailSubject', 'phoneCode', 'prescriptionFormId', 'max_prescription_days',
    'date_of_birth_missing', 'first_name_score', 'cookieName', 'certificateName', 'cardType', 'card_valid',
    'giftCardNumber', 'body.size',
  ],
  'words that merely contain one': [
    'keyboard', 'author', 'coauthor', 'monkey', 'turkey', 'wildcard', 'secretary', 'accounting', 'certain', 'concert',
    'dialog', 'catalog', 'shipment', 'trip', 'compass', 'bypass', 'multiband',
  ],
  'actions, constants, look-ups, states': [
    'resetPassword', 'CHANGE_PASSWORD', 'forgotPassword', 'sendEmail', 'validateToken', 'findByEmail',
    'signWithSecret', 'invalidEmail', 'wrongPassword', 'passwordMismatch', 'withCredentials', 'UserField.EMAIL',
    'USER_EMAIL', 'createLoginInProgressError', 'getEmailLayoutRows',
  ],
  'objects that do not hold the data, addresses of the operator': [
    'errors.email', 'schema.password', 'features.phone', 'channel.email', 'templates.email', 'supportEmail',
    'config.email', 'process.env.SMTP_EMAIL', 'noreplyEmail',
  ],
  'ids of things, and constants that look like ids': [
    'jobId', 'routeId', 'operationId', 'workerId', 'stateId', 'chain_id', 'cacheKey', 'uuid', 'id', 'primaryKey',
    'foreignKey', 'sessionId', 'hashKey', 'storageKey', 'process.env.PWD', 'networkPassphrase', 'password.length', '',
    'toString',
  ],
};

describe('classifyPath', () => {
  it.each(SENSITIVE)('%s is %s', (path, category) => {
    expect(classifyPath(path.split('.'))?.category).toBe(category);
  });

  describe.each(Object.entries(HARMLESS))('is silent: %s', (_reason, paths) => {
    it.each(paths)('"%s"', (path) => {
      expect(classifyPath(path.split('.'))).toBeUndefined();
    });
  });

  it('keeps ids of persons low and strong names high', () => {
    expect(classifyPath(['user', 'id'])).toEqual({
      category: 'identifier',
      severity: 'low',
      strength: 'strong',
      word: 'id',
    });
    expect(classifyPath(['user', 'email'])).toEqual({
      category: 'contact',
      severity: 'high',
      strength: 'strong',
      word: 'email',
    });
    expect(classifyPath(['token'])).toMatchObject({ severity: 'high', strength: 'weak' });
  });

  it('calls the password of a configuration a secret, but not its address a person’s', () => {
    expect(classifyPath(['config', 'mail', 'password'])?.category).toBe('credential');
    expect(classifyPath(['config', 'mail', 'email'])).toBeUndefined();
    expect(classifyPath(['config', 'user', 'email'])?.category).toBe('contact');
  });

  it('takes words of the user and leaves out what the user allows', () => {
    const extra = { words: ['loyalty number'], allowWords: ['email', 'deviceToken'] };
    expect(classifyPath(['loyaltyNumber'])).toBeUndefined();
    expect(classifyPath(['customer', 'loyalty_number'], extra)).toEqual({
      category: 'special',
      severity: 'high',
      strength: 'strong',
      word: 'loyalty number',
    });
    expect(classifyPath(['hashedLoyaltyNumber'], extra)).toBeUndefined();
    expect(classifyPath(['user', 'email'], extra)).toBeUndefined();
    expect(classifyPath(['device_token'], extra)).toBeUndefined();
    expect(classifyPath(['phone'], extra)?.category).toBe('contact');
  });

  it('answers the same when asked again, with and without a vocabulary', () => {
    const extra = { allowWords: ['phone'] };
    for (let round = 0; round < 2; round++) {
      expect(classifyPath(['phone'])?.word).toBe('phone');
      expect(classifyPath(['phone'], extra)).toBeUndefined();
    }
  });
});

const SENSITIVE_KEYS: readonly (readonly [key: string, category: SensitiveCategory])[] = [
  ['user.email', 'contact'],
  ['enduser.id', 'identifier'],
  ['user.full_name', 'name'],
  ['client.address', 'online'],
  ['http.client_ip', 'online'],
  ['http.forwarded_for', 'online'],
  ['http.real_ip', 'online'],
  ['url.full', 'url'],
  ['http.url', 'url'],
  ['http.referer', 'url'],
  ['url.query', 'url'],
  ['page.url', 'url'],
  ['http.request.header.cookie', 'credential'],
  ['http.request.header.x_api_key', 'credential'],
  ['http.response.header.set-cookie', 'credential'],
  ['http.request.header.<key>', 'headers'],
  ['http.request.header.*', 'headers'],
  ['rpc.request.metadata.x-tenant', 'headers'],
  ['request.headers', 'headers'],
  ['http.request.body', 'body'],
  ['http.response.body.content', 'body'],
  ['webhook.payload', 'body'],
  ['responseBody', 'body'],
  ['controller.args', 'body'],
  ['db.query.text', 'query'],
  ['db.query.parameter.name', 'query'],
  ['mysql.query_text', 'query'],
  ['graphql.variables', 'query'],
  ['exception.message', 'message'],
  ['errorMessage', 'message'],
  ['gen_ai.input.messages', 'content'],
  ['ai.prompt', 'content'],
  ['ai.response.text', 'content'],
  ['ai.response.object', 'content'],
  ['ai.toolCall.args', 'content'],
  ['ai.values', 'content'],
  ['llm.completions', 'content'],
  ['message.content', 'content'],
  ['chat.message_text', 'content'],
  ['acme.user.email', 'contact'],
  ['auth.email', 'contact'],
  ['userEmail', 'contact'],
  ['shop.payment.card_number', 'financial'],
  ['shop.payment.card_cvv', 'financial'],
  ['app.customer.firstName', 'name'],
  ['app.customer.name', 'name'],
  ['app.session.token', 'credential'],
  ['tenant.api_key', 'credential'],
  ['acme.user.id', 'identifier'],
  ['user_id', 'identifier'],
];

// prettier-ignore
const HARMLESS_KEYS: readonly string[] = [
  'http.request.header.content-type', 'http.response.header.content-length', 'http.request.header.user_agent',
  'http.request.body.size', 'http.request.method', 'http.route', 'http.status_code', 'url.scheme', 'url.template',
  'query.count', 'params.limit', 'service.name', 'host.name', 'browser.name', 'server.address', 'host.ip',
  'cloud.account.id', 'session.id', 'thread.id', 'aws.secretsmanager.secret.arn', 'sentry.dsc.public_key',
  'acme.api_key.id', 'acme.api_key.public_key', 'process.user.name', 'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens', 'gen_ai.usage.output_tokens.reasoning', 'gen_ai.request.max_tokens',
  'gen_ai.prompt.name', 'gen_ai.request.model', 'ai.prompt.tools', 'ai.response.id', 'ai.usage.promptTokens',
  'time.to.first.token', 'mcp.progress.token', 'prompt.length', 'message.length', 'message.index',
  'message.timestamp', 'messaging.message.body.size', 'messaging.operation', 'include_message_content', 'user.type',
  'user.role', 'user.roles', 'user_logins.count', 'user.hash', 'email.verified', 'email.template', 'has_email',
  'shop.payment.card_type', 'shop.payment.card_valid', 'db.system', 'db.operation', 'db.rows', 'cache.key',
  'db.collection', 'sms.phone_number_id', 'error.type', 'redacted.prompt', 'feature.email', 'repository.url',
  'jvm.executor.owner.name',
];

describe('classifyAttributeKey', () => {
  it.each(SENSITIVE_KEYS)('%s is %s', (key, category) => {
    expect(classifyAttributeKey(key)?.category).toBe(category);
  });

  it.each(HARMLESS_KEYS)('says nothing about "%s"', (key) => {
    expect(classifyAttributeKey(key)).toBeUndefined();
  });

  it('takes keys of the user, also with a wildcard', () => {
    const extra = { keys: ['crm.*', 'app.Notes'], allowKeys: ['user.email', 'acme.*'], allowWords: ['prompt'] };
    expect(classifyAttributeKey('crm.segment', extra)?.word).toBe('crm.*');
    expect(classifyAttributeKey('app.notes', extra)?.word).toBe('app.Notes');
    expect(classifyAttributeKey('user.email', extra)).toBeUndefined();
    expect(classifyAttributeKey('acme.user.email', extra)).toBeUndefined();
    expect(classifyAttributeKey('llm.prompt', extra)).toBeUndefined();
    expect(classifyAttributeKey('auth.email', extra)?.category).toBe('contact');
  });
});

describe('isProtectiveName', () => {
  it.each([
    'hash',
    'hashEmail',
    'mask',
    'maskCard',
    'redact',
    'redactHeaders',
    'encryptField',
    'sanitize',
    'sanitiseUrl',
    'scrubPii',
    'anonymize',
    'anonymise',
    'pseudonymizeId',
    'pseudonymise',
    'obfuscate',
    'sha256',
    'createHash',
    'toEmailHash',
    'getRedactedBody',
    'urlSanitizer',
  ])('%s protects', (name) => {
    expect(isProtectiveName(name)).toBe(true);
  });

  it.each([
    'tokenize',
    'HashMap',
    'hashTags',
    'hashRouter',
    'unhash',
    'unmask',
    'decryptToken',
    'getSubnetMask',
    'bitmask',
    'truncate',
    'toString',
    '',
  ])('%s does not', (name) => {
    expect(isProtectiveName(name)).toBe(false);
  });
});

describe('isPersonWord', () => {
  it.each(['user', 'users', 'Customer', 'patient', 'employees', 'subscriber', 'me'])('%s is a person', (word) => {
    expect(isPersonWord(word)).toBe(true);
  });

  it.each(['file', 'service', 'props', 'config', 'this', 'author', 'client', 'owner', 'status'])(
    '%s is none',
    (word) => {
      expect(isPersonWord(word)).toBe(false);
    },
  );
});

describe('tables', () => {
  it('name a source for every group', () => {
    for (const { source } of [...TERM_GROUPS, ...KEY_GROUPS]) expect(source.length).toBeGreaterThan(3);
  });

  it('find every term that needs no context, and every key', () => {
    const silent = TERM_GROUPS.filter(({ needs }) => needs === undefined)
      .flatMap(({ terms }) => terms)
      .filter((term) => classifyPath([term]) === undefined);
    expect(silent).toEqual([]);
    const missing = KEY_GROUPS.flatMap(({ keys }) => keys).filter((key) => classifyAttributeKey(key) === undefined);
    expect(missing).toEqual([]);
  });

  it('hold no term and no key twice within one context', () => {
    const terms = TERM_GROUPS.flatMap(({ terms: list, needs }) =>
      list.map((term) => `${needs ?? ''}:${term.replaceAll(' ', '')}`),
    );
    expect(terms.filter((term, at) => terms.indexOf(term) !== at)).toEqual([]);
    const keys = KEY_GROUPS.flatMap((group) => group.keys);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });
});
