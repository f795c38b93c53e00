import { context, propagation } from '@opentelemetry/api';
import { instrumentExecute, instrumentSchema, type GraphqlTelemetryOptions } from '@telint/runtime/graphql';
import type { Request, Response } from 'express';
import { execute, getOperationAST, parse, validate, type DocumentNode } from 'graphql';
import { HttpError } from '../http/errors.ts';
import { clientApp } from '../http/labels.ts';
import { graphqlClients, graphqlMetrics } from '../telemetry/metrics.ts';
import { addResolvers, type GraphqlContext } from './resolvers.ts';
import { schema } from './schema.ts';

interface GraphqlRequest {
  query?: unknown;
  operationName?: unknown;
  variables?: Record<string, unknown>;
}

const options: GraphqlTelemetryOptions = {
  metrics: graphqlMetrics,
  operations: ['Viewer', 'Order', 'Orders', 'UpdateAddress', 'CancelOrder'],
  fields: ['Query.orders', 'Mutation.cancelOrder'],
};
instrumentSchema(addResolvers(schema), options);
const run = instrumentExecute(execute, options);

function parseQuery(query: unknown): DocumentNode {
  if (typeof query !== 'string' || query === '') {
    throw new HttpError(400, 'query is missing');
  }
  try {
    return parse(query, { maxTokens: 1_000 });
  } catch {
    throw new HttpError(400, 'query cannot be parsed');
  }
}

async function answer(req: Request): Promise<unknown> {
  const { query, operationName, variables } = (req.body ?? {}) as GraphqlRequest;
  const document = parseQuery(query);
  const errors = validate(schema, document);
  const name = typeof operationName === 'string' ? operationName : undefined;
  const operation = getOperationAST(document, name);
  if (errors.length > 0 || !operation) {
    return { errors };
  }
  graphqlClients.inc({ type: operation.operation, client: clientApp(req) });
  const contextValue: GraphqlContext = { customer: req.customer };
  return run({ schema, document, contextValue, operationName: name ?? null, variableValues: variables ?? null });
}

/** Answers POST /graphql. */
export async function handleGraphql(req: Request, res: Response): Promise<void> {
  const { customer } = req;
  if (!customer) {
    res.json(await answer(req));
    return;
  }
  const baggage = propagation.createBaggage({ 'shop.customer_tier': { value: customer.tier } });
  const result = await context.with(propagation.setBaggage(context.active(), baggage), () => answer(req));
  res.json(result);
}
