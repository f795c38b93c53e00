import { context, propagation } from '@opentelemetry/api';
import type { Request, Response } from 'express';
import { execute, getOperationAST, parse, validate } from 'graphql';
import { HttpError } from '../http/errors.ts';
import { withSpan } from '../telemetry/tracing.ts';
import { GraphqlContext, resolvers } from './resolvers.ts';
import { schema } from './schema.ts';

interface GraphqlRequest {
  query?: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

async function run(req: Request): Promise<unknown> {
  const { query, operationName, variables } = req.body as GraphqlRequest;
  if (!query) {
    throw new HttpError(400, 'query is missing');
  }
  const document = parse(query, { maxTokens: 1_000 });
  const errors = validate(schema, document);
  const operation = getOperationAST(document, operationName);
  if (errors.length > 0 || !operation) {
    return { errors };
  }
  const contextValue = new GraphqlContext(req);
  contextValue.countOperation(operation.operation);
  return withSpan('graphql.execute', { 'graphql.operation.type': operation.operation }, async (span) => {
    span.setAttribute('graphql.request', JSON.stringify(req.body));
    return execute({
      schema,
      document,
      rootValue: resolvers,
      contextValue,
      operationName,
      variableValues: variables,
    });
  });
}

/** Answers POST /graphql. */
export async function handleGraphql(req: Request, res: Response): Promise<void> {
  const { customer } = req;
  if (!customer) {
    res.json(await run(req));
    return;
  }
  const baggage = propagation.createBaggage({
    'shop.customer_email': { value: customer.email },
    'shop.customer_tier': { value: customer.tier },
  });
  const result = await context.with(propagation.setBaggage(context.active(), baggage), () => run(req));
  res.json(result);
}
