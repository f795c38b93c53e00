import { createAdminApp, createApp } from './app.ts';
import { closeRevocations, followRevocations } from './cache/revocations.ts';
import { sessions } from './cache/sessions.ts';
import { config } from './config.ts';
import { pool } from './db/pool.ts';
import { startConsumers } from './queue/consumer.ts';
import { closeProducers } from './queue/producer.ts';
import { closeSchedule, startSchedule } from './queue/schedule.ts';
import { logger } from './telemetry/logger.ts';

const server = createApp().listen(config.port, config.host);
const admin = createAdminApp().listen(config.adminPort, '127.0.0.1');
await followRevocations();
const workers = [...startConsumers(), await startSchedule()];
logger.info({ port: config.port, adminPort: config.adminPort }, 'shop is open');

async function shutDown(signal: NodeJS.Signals): Promise<void> {
  logger.info({ signal }, 'shutting down');
  server.close();
  admin.close();
  await Promise.all(workers.map((worker) => worker.close()));
  await Promise.all([closeProducers(), closeSchedule()]);
  await Promise.all([closeRevocations(), sessions.close()]);
  await pool.end();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    shutDown(signal).catch((error: unknown) => {
      logger.fatal({ err: error }, 'shutdown failed');
      process.exitCode = 1;
    });
  });
}
