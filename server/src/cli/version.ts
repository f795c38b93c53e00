import { readFileSync } from 'node:fs';

/** Version of the package that runs. */
export function version(): string {
  // The package has its entries in `dist/`, one level below the manifest; sources are two levels below.
  for (const above of ['../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as Record<string, unknown>;
      if (manifest['name'] === 'telint' && typeof manifest['version'] === 'string') return manifest['version'];
    } catch {
      continue;
    }
  }
  return '0.0.0';
}
