/**
 * Classes of values whose origin is known, with what follows from it.
 * Sources: Prometheus docs "naming" and "instrumentation"; OpenTelemetry semantic conventions 1.45 (http, url, client, user_agent);
 * RULES "How a value is judged".
 */
export interface ValueKindFacts {
  /** Words for the trace: "the request URL". */
  readonly what: string;
  readonly bound: 'bounded' | 'unbounded' | 'unknown';
  /** Number of distinct values where it is known. */
  readonly count?: number;
  /** Category of sensitive data when the value is written to telemetry as it is. */
  readonly sensitive?:
    'url' | 'query' | 'headers' | 'body' | 'online' | 'credential' | 'content' | 'message' | 'identifier';
  /** Kind of any member read from a value of this kind. */
  readonly member?: ValueKind;
}

const table = {
  'http.url': { what: 'the raw request URL', bound: 'unbounded', sensitive: 'url' },
  'http.path': { what: 'the raw request path', bound: 'unbounded' },
  'http.query': {
    what: 'the query string of the request',
    bound: 'unbounded',
    sensitive: 'query',
    member: 'http.query.value',
  },
  'http.query.value': { what: 'a query parameter of the request', bound: 'unbounded', member: 'http.query.value' },
  'http.params': { what: 'the path parameters of the request', bound: 'unbounded', member: 'http.param' },
  'http.param': { what: 'a path parameter of the request', bound: 'unbounded' },
  'http.body': { what: 'the request body', bound: 'unbounded', sensitive: 'body', member: 'http.body.value' },
  'http.body.value': { what: 'a field of the request body', bound: 'unbounded', member: 'http.body.value' },
  'http.headers': { what: 'the request headers', bound: 'unbounded', sensitive: 'headers', member: 'http.header' },
  'http.header': { what: 'a request header', bound: 'unbounded' },
  'http.cookies': {
    what: 'the cookies of the request',
    bound: 'unbounded',
    sensitive: 'headers',
    member: 'http.cookie',
  },
  'http.cookie': { what: 'a cookie of the request', bound: 'unbounded', sensitive: 'credential' },
  'http.ip': { what: 'the client IP address', bound: 'unbounded', sensitive: 'online' },
  'http.host': { what: 'the Host header of the request', bound: 'unbounded' },
  'http.method': { what: 'the request method', bound: 'bounded', count: 9 },
  'http.route': { what: 'the route template', bound: 'bounded' },
  'http.status': { what: 'the status code', bound: 'bounded', count: 60 },
  'http.protocol': { what: 'the protocol', bound: 'bounded', count: 4 },
  'http.response.headers': {
    what: 'the response headers',
    bound: 'unbounded',
    sensitive: 'headers',
    member: 'http.header',
  },
  'graphql.variables': {
    what: 'the GraphQL variables',
    bound: 'unbounded',
    sensitive: 'body',
    member: 'http.body.value',
  },
  'graphql.operation-name': { what: "the operation name of the client's document", bound: 'unbounded' },
  'graphql.document': { what: "the client's GraphQL document", bound: 'unbounded', sensitive: 'body' },
  'message.payload': { what: 'the payload of a message', bound: 'unbounded', member: 'message.field' },
  'message.field': { what: 'a field of a message payload', bound: 'unknown', member: 'message.field' },
  'message.key': { what: 'the key of a message', bound: 'unbounded' },
  'model.output': {
    what: 'what a language model answered',
    bound: 'unbounded',
    sensitive: 'content',
    member: 'model.output',
  },
  'job.name': { what: 'the name of a job', bound: 'bounded' },
  'queue.name': { what: 'the name of a queue or topic', bound: 'bounded' },
  'db.row': { what: 'a database row', bound: 'unbounded', member: 'db.column' },
  'db.column': { what: 'a column of a database row', bound: 'unknown', member: 'db.column' },
  'error.message': { what: 'the text of an error', bound: 'unbounded' },
  'error.stack': { what: 'the stack of an error', bound: 'unbounded' },
  'error.name': { what: 'the class name of an error', bound: 'bounded' },
  'error.code': { what: 'an error code', bound: 'bounded' },
  time: { what: 'a point in time', bound: 'unbounded' },
  random: { what: 'a random value', bound: 'unbounded' },
  uuid: { what: 'a generated unique id', bound: 'unbounded' },
  hash: { what: 'a hash (hashing keeps the number of values)', bound: 'unbounded' },
  config: { what: 'configuration', bound: 'bounded', member: 'config' },
  env: { what: 'the whole process environment', bound: 'unbounded', sensitive: 'credential', member: 'config' },
  'process.constant': { what: 'a constant of the process', bound: 'bounded', count: 1 },
  'process.argv': { what: 'the command line', bound: 'unbounded', sensitive: 'credential' },
  // Counts are often small (retries, batch sizes): reported by nobody's default.
  size: { what: 'a size or count', bound: 'unknown' },
  duration: { what: 'a measured duration', bound: 'unbounded' },
  boolean: { what: 'a boolean', bound: 'bounded', count: 2 },
  'type.name': { what: 'a class or type name', bound: 'bounded' },
  'trace.id': { what: 'a trace or span id', bound: 'unbounded' },
} as const satisfies Record<string, Omit<ValueKindFacts, 'member'> & { member?: string }>;

/** Name of a value kind. */
export type ValueKind = keyof typeof table;

/** Facts of every value kind. */
export const valueKinds: Readonly<Record<ValueKind, ValueKindFacts>> = table;
