import type { KeyGroup, KeyRule } from './sensitive-types.ts';

const SEMCONV = 'OpenTelemetry semantic conventions 1.45, notes on sensitive information (Apache-2.0)';
const SENTRY = 'getsentry/sentry-conventions b350b1ed, apply_scrubbing = auto';

/** Attribute keys that published conventions declare sensitive. */
// prettier-ignore
export const KEY_GROUPS: readonly KeyGroup[] = [
  {
    source: 'GraphQL specification, section 6.1: variables hold what the client sent',
    category: 'query', severity: 'high', strength: 'weak',
    keys: ['graphql.variables.*', 'graphql.variable.*', 'graphql.operation.variables.*'],
  },
  { source: `${SEMCONV}; ${SENTRY}`, category: 'contact', severity: 'high', strength: 'strong', keys: [
    'user.email',
  ] },
  { source: `${SEMCONV}; ${SENTRY}`, category: 'name', severity: 'high', strength: 'strong', keys: [
    'user.name', 'user.full_name', 'user.username',
  ] },
  { source: SENTRY, category: 'name', severity: 'low', strength: 'weak', keys: [
    'device.name', 'grpc.error.resource_info.owner', 'grpc.error.resource_info.resource_name',
  ] },
  {
    source: `${SEMCONV}; ${SENTRY}; ids of persons are for the strict preset`,
    category: 'identifier', severity: 'low', strength: 'strong',
    keys: ['user.id', 'enduser.id', 'enduser.pseudo.id', 'sentry.user.id', 'device.id'],
  },
  {
    source: `${SEMCONV}; ${SENTRY}`,
    category: 'online', severity: 'medium', strength: 'strong',
    keys: [
      'client.address', 'user.ip_address', 'user.ip', 'http.client_ip', 'vercel.proxy.client_ip', 'sentry.user.ip',
    ],
  },
  {
    source: `${SENTRY}; the peer of a server span is the client, that of a client span a server`,
    category: 'online', severity: 'low', strength: 'weak',
    keys: [
      'net.peer.ip', 'net.peer.name', 'net.sock.peer.addr', 'net.sock.peer.name', 'network.peer.address',
      'vercel.ja3_digest', 'vercel.ja4_digest',
    ],
  },
  { source: SEMCONV, category: 'device', severity: 'medium', strength: 'weak', keys: ['host.mac'] },
  {
    source: `${SEMCONV}; ${SENTRY}; sensitive where the value carries a query string or a raw path`,
    category: 'url', severity: 'medium', strength: 'weak',
    keys: [
      'url.full', 'url.path', 'http.url', 'http.target', 'url', 'aws.request.url', 'navigation.origin',
      'nel.referrer', 'vercel.proxy.path', 'vercel.proxy.referer', 'http.referer', 'http.referrer',
      'mcp.resource.uri', 'mcp.request.argument.uri',
    ],
  },
  {
    source: `${SENTRY}; resources and routes, seldom personal`,
    category: 'url', severity: 'low', strength: 'weak',
    keys: [
      'lcp.url', 'browser.web_vital.lcp.url', 'ui.element.url', 'navigation.route.id', 'file.path',
      'sentry.sveltekit.navigation.from', 'sentry.sveltekit.navigation.to', 'aws.s3.key',
    ],
  },
  {
    source: `${SEMCONV}; ${SENTRY}`,
    category: 'url', severity: 'high', strength: 'weak',
    keys: [
      'url.query', 'url.fragment', 'http.query', 'http.fragment', 'query', 'query.*', 'params.*',
      'url.path.parameter.*',
    ],
  },
  {
    source: `${SEMCONV}; ${SENTRY}; allow-list only`,
    category: 'headers', severity: 'high', strength: 'weak',
    keys: [
      'http.request.header.*', 'http.response.header.*', 'rpc.request.metadata.*', 'rpc.response.metadata.*',
      'rpc.grpc.request.metadata.*', 'rpc.grpc.response.metadata.*', 'rpc.connect_rpc.request.metadata.*',
      'rpc.connect_rpc.response.metadata.*',
    ],
  },
  {
    source: `${SEMCONV}; ${SENTRY}`,
    category: 'body', severity: 'high', strength: 'strong',
    keys: [
      'http.request.body.content', 'http.response.body.content', 'http.request.body.data', 'http.request.body',
      'http.response.body', 'remix.action_form_data.*',
    ],
  },
  { source: SEMCONV, category: 'body', severity: 'high', strength: 'weak', keys: [
    'process.command_args', 'process.command_line', 'container.command_args', 'container.command_line',
  ] },
  {
    source: `${SEMCONV}; ${SENTRY}`,
    category: 'query', severity: 'medium', strength: 'weak',
    keys: ['db.query.text', 'db.statement', 'graphql.document'],
  },
  {
    source: `${SEMCONV}; ${SENTRY}; opt-in attributes with the values of a query`,
    category: 'query', severity: 'high', strength: 'weak',
    keys: ['db.query.parameter.*', 'db.params', 'db.sql.bindings', 'db.redis.parameters'],
  },
  {
    source: `${SEMCONV}; ${SENTRY}; text of errors and logs`,
    category: 'message', severity: 'medium', strength: 'weak',
    keys: [
      'exception.message', 'exception.stacktrace', 'otel.status_description', 'sentry.normalized_description',
      'sentry.message.parameter.*', 'mdc.*', 'mcp.logging.message', 'grpc.error.debug_info.detail',
      'grpc.error.debug_info.stack_entries', 'grpc.error.error_info.metadata.*',
      'grpc.error.precondition_failure.violations', 'grpc.error.quota_failure.violations',
    ],
  },
  {
    source: `${SEMCONV}; what people write to a model and what it answers`,
    category: 'content', severity: 'high', strength: 'strong',
    keys: [
      'gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.system_instructions', 'gen_ai.tool.call.arguments',
      'gen_ai.tool.call.result', 'gen_ai.prompt', 'gen_ai.completion', 'gen_ai.request.messages',
      'gen_ai.response.text', 'gen_ai.tool.input', 'gen_ai.tool.output', 'gen_ai.embeddings.input', 'ai.prompt',
      'ai.prompt.messages', 'ai.input_messages', 'ai.response.text', 'ai.responses', 'ai.texts', 'ai.documents',
      'ai.citations', 'ai.function_call', 'ai.preamble', 'ai.search_queries', 'ai.search_results', 'ai.tool_calls',
    ],
  },
  {
    source: `${SENTRY}; feature flag value: ${SEMCONV}`,
    category: 'content', severity: 'medium', strength: 'weak',
    keys: [
      'ai.warnings', 'gen_ai.system.message', 'gen_ai.user.message', 'gen_ai.assistant.message',
      'gen_ai.tool.message', 'gen_ai.choice', 'mcp.prompt.result.description', 'mcp.prompt.result.message_content',
      'mcp.request.argument.*', 'mcp.tool.result.content', 'feature_flag.result.value',
    ],
  },
];

/** Headers that carry nothing personal; every other key under a header template counts. Source: WHATWG Fetch safelist, W3C Trace Context, RFC 9110. */
// prettier-ignore
export const SAFE_HEADERS: readonly string[] = [
  'accept', 'accept-encoding', 'accept-language', 'accept-ranges', 'access-control-allow-origin',
  'access-control-allow-methods', 'access-control-allow-headers', 'age', 'allow', 'cache-control', 'connection',
  'content-disposition', 'content-encoding', 'content-language', 'content-length', 'content-security-policy',
  'content-type', 'date', 'etag', 'expires', 'host', 'if-modified-since', 'if-none-match', 'keep-alive',
  'last-modified', 'pragma', 'range', 'retry-after', 'sec-fetch-dest', 'sec-fetch-mode', 'sec-fetch-site', 'server',
  'server-timing', 'strict-transport-security', 'te', 'traceparent', 'tracestate', 'trailer', 'transfer-encoding',
  'upgrade', 'user-agent', 'vary', 'via', 'x-request-id', 'x-correlation-id', 'x-trace-id', 'x-powered-by',
  'x-content-type-options', 'x-frame-options', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset',
  'x-forwarded-proto', 'x-forwarded-port', 'x-response-time', 'x-runtime', 'x-cache', 'cf-ray', 'b3', 'x-b3-traceid',
  'x-b3-spanid', 'x-b3-sampled',
];

/** Headers with secrets. Source: getsentry/sentry-javascript filtering-snippets.ts (MIT), elastic/apm sanitization.md. */
// prettier-ignore
export const SECRET_HEADERS: readonly string[] = [
  'authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-auth-token', 'x-access-token',
  'x-csrf-token', 'x-xsrf-token', 'x-amz-security-token', 'x-goog-iam-authorization-token', 'x-gitlab-token',
  'x-vault-token', 'x-hub-signature', 'x-hub-signature-256', 'stripe-signature', 'x-session-token', 'api-key',
  'apikey', 'www-authenticate', 'authentication-info',
];

/** Last words of keys that hold a measure, a kind or a state of something sensitive, not the thing. */
// prettier-ignore
export const HARMLESS_TAILS: readonly string[] = [
  'count', 'size', 'length', 'duration', 'type', 'kind', 'total', 'limit', 'offset', 'page', 'status', 'version',
  'enabled', 'valid', 'ms', 'bytes', 'index', 'time', 'timeout', 'rows', 'complexity', 'depth', 'cached', 'hit',
  'format', 'mode', 'level', 'sampled', 'ratio',
];

// prettier-ignore
const AI_WORDS = [
  'ai', 'genai', 'llm', 'openai', 'anthropic', 'mistral', 'cohere', 'bedrock', 'vertexai', 'gemini', 'claude', 'gpt',
  'chatgpt', 'langchain', 'langfuse', 'langsmith', 'langgraph', 'llamaindex', 'traceloop', 'openinference',
  'assistant', 'copilot', 'prompt', 'completion',
];
// prettier-ignore
const REQUEST_WORDS = ['request', 'req', 'response', 'res', 'http', 'webhook', 'incoming', 'outgoing'];
// prettier-ignore
const DATABASE_WORDS = [
  'db', 'sql', 'database', 'postgres', 'postgresql', 'pg', 'mysql', 'mongo', 'mongodb', 'redis', 'prisma', 'knex',
  'sequelize', 'typeorm', 'clickhouse', 'sqlite', 'mssql', 'oracle', 'cassandra', 'elasticsearch',
];
const MEASURED = 'attribute writes measured in public repositories';

/** Rules for custom keys, tried in order after the exact keys. */
// prettier-ignore
export const KEY_RULES: readonly KeyRule[] = [
  {
    source: `${SEMCONV}; ${MEASURED}`,
    category: 'content', severity: 'high', within: AI_WORDS, without: ['tokens', 'usage', 'cost', 'definitions', 'status'],
    tails: [
      'prompt', 'prompts', 'completion', 'completions', 'content', 'contents', 'message', 'messages', 'input',
      'inputs', 'output', 'outputs', 'text', 'texts', 'instructions', 'transcript', 'reasoning', 'answer',
      'toolcalls', 'functioncall', 'callargs', 'callarguments', 'callresult', 'responseobject', 'responsebody',
    ],
  },
  { source: MEASURED, category: 'content', severity: 'high', tails: [
    'value', 'values', 'object',
  ], after: ['ai', 'genai', 'llm'] },
  {
    source: MEASURED,
    category: 'content', severity: 'high',
    tails: ['content', 'contents', 'parts', 'text', 'body'],
    after: [
      'message', 'messages', 'chat', 'conversation', 'comment', 'email', 'sms', 'note', 'reply', 'prompt', 'answer',
      'transcript',
    ],
  },
  { source: MEASURED, category: 'content', severity: 'high', tails: [
    'prompttext', 'userprompt', 'systemprompt', 'userinput', 'usermessage', 'chathistory', 'conversationhistory',
    'userquery',
  ] },
  { source: `${SEMCONV}; ${MEASURED}`, category: 'body', severity: 'high', tails: [
    'body', 'rawbody', 'payload', 'bodytext', 'bodycontent',
  ], after: REQUEST_WORDS },
  { source: `${SEMCONV}; messaging bodies`, category: 'body', severity: 'high', tails: [
    'body', 'payload',
  ], within: ['messaging', 'message', 'kafka', 'rabbitmq', 'amqp', 'nats', 'sqs', 'event', 'job'] },
  { source: MEASURED, category: 'body', severity: 'medium', tails: ['args', 'arguments', 'argv'] },
  { source: SEMCONV, category: 'headers', severity: 'high', tails: ['headers', 'rawheaders'] },
  { source: `graphql specification; ${MEASURED}`, category: 'query', severity: 'high', tails: [
    'variables', 'document', 'source',
  ], after: ['graphql', 'gql'] },
  { source: SEMCONV, category: 'query', severity: 'medium', tails: [
    'statement', 'query', 'sql', 'rawquery', 'querytext', 'sqltext', 'fullcommand', 'bindings', 'queryparams',
    'queryparameters', 'queryvalues',
  ], within: DATABASE_WORDS },
  { source: SEMCONV, category: 'url', severity: 'medium', tails: [
    'url', 'uri', 'href', 'originalurl', 'fullurl',
  ], after: [...REQUEST_WORDS, 'page', 'browser', 'location', 'current', 'full', 'original', 'raw'] },
  { source: SEMCONV, category: 'url', severity: 'medium', tails: ['referer', 'referrer'] },
  { source: SEMCONV, category: 'url', severity: 'high', tails: ['querystring', 'searchparams'] },
  { source: SEMCONV, category: 'url', severity: 'high', tails: [
    'query', 'params', 'queryparams', 'search',
  ], after: [...REQUEST_WORDS, 'url'] },
  { source: `${SEMCONV}; ${MEASURED}`, category: 'message', severity: 'medium', tails: [
    'message', 'stack', 'stacktrace', 'details', 'detail', 'description',
  ], after: ['error', 'err', 'exception'] },
];
