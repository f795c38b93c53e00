import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withSpan } from '@telint/runtime';
import { config } from '../config.ts';
import { logger } from '../telemetry/logger.ts';

/** Hands a mail to the outbox that the mail server reads. */
export async function sendMail(email: string, html: string): Promise<void> {
  await withSpan('mail.hand_over', { attributes: { 'mail.bytes': Buffer.byteLength(html) } }, async () => {
    const recipient = createHash('sha256').update(email).digest('hex');
    const folder = join(config.dataFolder, 'outbox');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${recipient}-${Date.now()}.eml`), `To: ${email}\nContent-Type: text/html\n\n${html}`);
  });
  logger.info({ emailSent: true }, 'receipt handed over');
}
