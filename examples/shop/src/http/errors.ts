import type { NextFunction, Request, Response } from 'express';
import { logger } from '../telemetry/logger.ts';
import { httpErrors, notFoundRequests, recordRequest } from '../telemetry/metrics.ts';

/** An error whose text may be shown to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers requests that no route matches. */
export function notFound(req: Request, res: Response): void {
  notFoundRequests.labels(req.method, req.originalUrl).inc();
  res.status(404).json({ error: 'not found' });
}

/** Answers requests that failed. */
export function handleError(error: unknown, req: Request, res: Response, next: NextFunction): void {
  if (res.headersSent) {
    next(error);
    return;
  }
  const expected = error instanceof HttpError ? error : undefined;
  const status = expected?.status ?? 500;
  recordRequest(req.path, status);
  httpErrors.inc({
    error: error instanceof Error ? error.name : 'unknown',
    expected: expected ? 'true' : 'false',
  });
  if (!expected) {
    logger.error({ err: error, status }, 'request failed');
  }
  res.status(status).json({ error: expected?.message ?? 'internal error' });
}
