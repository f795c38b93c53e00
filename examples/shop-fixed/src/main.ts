import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdminApp, createApp } from './app.ts';
import { closeRevocations, followRevocations } from './cache/revocations.ts';
import { sessions } from './cache/sessions.ts';
import { config } from './config.ts';
import { pool } from './db/pool.ts';
import { closeArchive } from './invoices/archive.ts';
import { startConsumers } from './queue/consumer.ts';
import { closeProducers } from './queue/producer.ts';
import { closeSchedule, startSchedule } from './queue/schedule.ts';
import { watchGauges } from './telemetry/gauges.ts';
import { logger } from './telemetry/logger.ts';
import { telemetry } from './telemetry/sdk.ts';

process.on('warning', (warning) => {
  if (warning.name === 'TelintWarning') logger.warn({ err: warning }, 'telemetry');
});

const server = createApp().listen(config.port, config.host);
const admin = createAdminApp().listen(config.adminPort, '127.0.0.1');
await Promise.all([server, admin].map((listening) => once(listening, 'listening')));
await followRevocations();
const workers = [...startConsumers(), await startSchedule()];
const stopGauges = watchGauges();
const [port, adminPort] = [server, admin].map((listening) => (listening.address() as AddressInfo).port);
logger.info({ port, adminPort, tracing: config.hasCollector }, 'shop is open');

async function shutDown(signal: NodeJS.Signals): Promise<void> {
  logger.info({ signal }, 'shutting down');
  stopGauges();
  server.close();
  server.closeIdleConnections();
  admin.close();
  admin.closeIdleConnections();
  await Promise.all(workers.map((worker) => worker.close()));
  await Promise.all([closeProducers(), closeSchedule()]);
  await closeArchive();
  await Promise.all([closeRevocations(), sessions.close()]);
  await pool.end();
  await telemetry.shutdown();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    shutDown(signal).catch((error: unknown) => {
      logger.fatal({ err: error }, 'shutdown failed');
      process.exitCode = 1;
    });
  });
}
