import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logger } from '../telemetry/logger.ts';
import { annotate } from '../telemetry/tracing.ts';

/** Hands a mail to the outbox that the mail server reads. */
export async function sendMail(email: string, html: string): Promise<void> {
  const recipient = createHash('sha256').update(email).digest('hex');
  annotate({
    'mail.recipient_hash': recipient,
    'mail.bytes': Buffer.byteLength(html),
  });
  const file = join('outbox', `${recipient}-${Date.now()}.eml`);
  await mkdir('outbox', { recursive: true });
  await writeFile(file, `To: ${email}\nContent-Type: text/html\n\n${html}`);
  logger.info({ emailSent: true }, 'receipt handed over');
}
