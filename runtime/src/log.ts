export { pinoOptions, type LogOptions } from './log-pino.ts';
export {
  createLogSampler,
  type DroppedLines,
  type LevelClass,
  type LogSampler,
  type LogSampling,
} from './log-sampler.ts';
export { winstonFormat, type WinstonFormat, type WinstonInfo } from './log-winston.ts';
export {
  correlation,
  requestContext,
  withRequestContext,
  type CorrelationFields,
  type RequestContext,
} from './request-context.ts';
