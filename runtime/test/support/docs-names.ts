/**
 * What the service of a reader has: names that examples use without declaring them, with the types that they have there.
 * Only types matter; nothing runs.
 */
import type { IncomingMessage } from 'node:http';
import type { Context } from '@opentelemetry/api';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Express } from 'express';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ScrapeAuth } from '../../src/exporters/prometheus.ts';
import type { InstrumentationLike } from '../../src/index.ts';
import type { MetricSnapshot, Metrics } from '../../src/metrics.ts';

export declare const app: Express;
export declare const auth: ScrapeAuth;
export declare const ca: string;
export declare const cert: string;
export declare const error: Error;
export declare const exporter: PushMetricExporter & SpanExporter;
export declare const fastify: FastifyInstance;
export declare const id: string;
export declare const incoming: Context;
export declare const instrumentations: InstrumentationLike[];
export declare const key: string;
export declare const load: (id: string) => Promise<object>;
export declare const log: Logger;
export declare const metrics: Metrics;
export declare const newCert: string;
export declare const newKey: string;
export declare const password: string;
export declare const pool: Pool;
export declare const registry: Registry;
export declare const request: IncomingMessage;
export declare const requestContext: Context;
export declare const shop: string;
export declare const snapshots: MetricSnapshot[][];
export declare const startTime: number;
export declare const text: string;
export declare const token: string;
export declare const url: string;
