import type { DynamicFeature, StaticFeature } from 'vscode-languageclient/node';
import { ExecuteCommandRequest, LanguageClient } from 'vscode-languageclient/node';
import { CHANGED_CAPABILITY } from './protocol.ts';

/**
 * A language client that leaves the commands of the server alone. They share their names with those of the palette,
 * which must work before the server runs and show what it answers; the extension registers them itself.
 */
export class EditorClient extends LanguageClient {
  /** Announces that changes of the inventory are listened to. */
  listenToInventory(): void {
    this.registerFeature({
      fillClientCapabilities: (capabilities) => {
        capabilities.experimental = { [CHANGED_CAPABILITY]: true };
      },
      initialize: () => undefined,
      getState: () => ({ kind: 'static' }),
      clear: () => undefined,
    });
  }

  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const registers = 'registrationType' in feature ? feature.registrationType.method : undefined;
    if (registers !== ExecuteCommandRequest.method) super.registerFeature(feature);
  }
}
