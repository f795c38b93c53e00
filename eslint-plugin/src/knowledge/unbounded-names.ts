/**
 * Words that name things whose number grows with use. They only support a finding where nothing could be traced (evidence `named`),
 * and only when the label key and the value's own name agree.
 * Sources: Prometheus docs/practices/naming.md ("Do not use labels to store dimensions with high cardinality");
 * the kinds of ids that the judged corpora show as label values.
 */
export const ENTITY_WORDS: ReadonlySet<string> = new Set([
  'user', 'customer', 'account', 'org', 'organization', 'organisation', 'tenant', 'workspace', 'project', 'team', 'member', 'session', 'request', 'order', 'message',
  'conversation', 'thread', 'chat', 'document', 'doc', 'file', 'workflow', 'connection', 'transaction', 'payment', 'invoice', 'subscription', 'device', 'visitor',
  'client', 'merchant', 'shop', 'cart', 'product', 'item', 'article', 'post', 'comment', 'group', 'room', 'channel', 'installation', 'run', 'execution', 'trace',
  'correlation', 'event', 'record', 'entity', 'object', 'resource', 'asset', 'owner', 'author', 'company', 'deployment', 'allocation', 'collection', 'wallet', 'block', 'transfer',
  'upload', 'download', 'ticket', 'application', 'function', 'filter', 'target', 'agent', 'key', 'apikey', 'token',
]);

/** Entities that every service has many of: a label and a value called so need no "id". */
export const TENANT_WORDS: ReadonlySet<string> = new Set(['user', 'customer', 'tenant', 'org', 'organization', 'organisation', 'workspace', 'project', 'team']);

/** Suffixes that make an entity word an identifier. */
export const ID_WORDS: ReadonlySet<string> = new Set(['id', 'ids', 'uuid', 'guid', 'uid', 'slug', 'key', 'identifier', 'email', 'username']);

/** Ids that are constants of the code (routes, jobs, workers): never reported by name. */
export const STATIC_ID_WORDS: ReadonlySet<string> = new Set([
  'route', 'job', 'worker', 'operation', 'state', 'chain', 'bucket', 'queue', 'topic', 'partition', 'shard', 'pool', 'node', 'region', 'zone', 'rule', 'check', 'step', 'stage', 'plugin', 'module', 'component',
  'service', 'process', 'pid', 'host', 'instance', 'cluster', 'model', 'template', 'policy', 'command', 'task', 'provider', 'feature', 'cache', 'type', 'config', 'handler', 'tool', 'schema', 'subnet', 'network', 'server', 'index',
]);

/** Words for free text: a label and a value called so have as many values as there are texts. */
export const FREE_TEXT_WORDS: ReadonlySet<string> = new Set(['email', 'username', 'useragent', 'referer', 'referrer', 'message', 'stack', 'description', 'comment', 'body', 'prompt', 'reasoning', 'filename', 'timestamp']);
