import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder outside of the repository for what is downloaded once: `$TELINT_CACHE`, else below the user's cache. */
export function cacheFolder(name: string): string {
  const base =
    process.env['TELINT_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'telint');
  return join(base, name);
}
