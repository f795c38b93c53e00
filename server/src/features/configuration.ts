import { DidChangeConfigurationNotification, MessageType, ShowMessageNotification } from 'vscode-languageserver/node';
import { readServerSettings } from '../settings.ts';
import type { Feature, Services } from './feature.ts';

const SECTION = 'telint';

/** Takes over settings of the client; what is wrong with them is said once, and the defaults of those keys count. */
export function applySettings({ connection, session }: Pick<Services, 'connection' | 'session'>, raw: unknown): void {
  const { settings, mistakes } = readServerSettings(raw);
  session.settings = settings;
  session.projects.preset = settings.preset;
  if (mistakes.length > 0)
    void connection.sendNotification(ShowMessageNotification.type, {
      type: MessageType.Warning,
      message: `Telint: ${mistakes.join(' ')}`,
    });
}

/** Settings: asked for where the client can be asked, else what it sends. */
export const configuration: Feature = {
  start(services) {
    const { connection, session, client } = services;
    const take = (raw: unknown): void => {
      applySettings(services, raw);
      session.changed();
    };
    const ask = async (): Promise<void> => {
      try {
        take(await connection.workspace.getConfiguration(SECTION));
      } catch (error) {
        connection.console.warn(`The settings cannot be read, the defaults count: ${(error as Error).message}`);
      }
    };
    const canAsk = client.workspace?.configuration === true;
    services.onInitialized(() => {
      if (client.workspace?.didChangeConfiguration?.dynamicRegistration === true)
        void connection.client
          .register(DidChangeConfigurationNotification.type, { section: SECTION })
          .catch(() => undefined);
      if (canAsk) void ask();
    });
    connection.onDidChangeConfiguration(({ settings }: { settings: unknown }) => {
      if (canAsk) void ask();
      else if (typeof settings === 'object' && settings !== null)
        take((settings as Record<string, unknown>)[SECTION] ?? settings);
    });
  },
};
