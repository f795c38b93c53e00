import { Location, ShowDocumentRequest } from 'vscode-languageserver/node';
import type { Services } from './feature.ts';

/** Command of lenses that lead to places: URI, position and locations. Editors that can list places do it themselves. */
export const SHOW_LOCATIONS = 'telint.showLocations';

/** Opens the first place, in editors that leave the command to the server. */
export async function showLocations({ connection, client }: Services, args: readonly unknown[]): Promise<null> {
  const first: unknown = Array.isArray(args[2]) ? args[2][0] : undefined;
  if (Location.is(first) && client.window?.showDocument?.support === true)
    await connection.sendRequest(ShowDocumentRequest.type, {
      uri: first.uri,
      selection: first.range,
      takeFocus: true,
    });
  return null;
}
