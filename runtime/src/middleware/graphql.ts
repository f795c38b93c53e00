/** `@telint/runtime/graphql`: telemetry of graphql-js 16 and 17, and of the servers that are built on it. */
export { instrumentExecute } from './graphql-execute.ts';
export type { ExecuteLike, GraphqlTelemetryOptions, SchemaLike } from './graphql-options.ts';
export { instrumentSchema } from './graphql-resolvers.ts';
