import type { NextFunction, Request, Response } from 'express';
import { logger } from '../telemetry/logger.ts';

/** An error whose text may be shown to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers requests that no route matches; the middleware counts them under one name. */
export function notFound(_req: Request, res: Response): void {
  res.status(404).json({ error: 'not found' });
}

/** Status of an error of express' body parser: bodies that are too large or no JSON. */
function statusOfParser(error: unknown): number | undefined {
  const { status } = error instanceof Error ? (error as Error & { status?: unknown }) : {};
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** Answers requests that failed. */
export function handleError(error: unknown, _req: Request, res: Response, next: NextFunction): void {
  if (res.headersSent) {
    next(error);
    return;
  }
  const expected = error instanceof HttpError ? error : undefined;
  const status = expected?.status ?? statusOfParser(error) ?? 500;
  if (status >= 500) {
    logger.error({ err: error, status }, 'request failed');
  }
  const text = expected?.message ?? (status < 500 ? 'the request cannot be read' : 'internal error');
  res.status(status).json({ error: text });
}
