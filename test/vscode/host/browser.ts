import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { cacheFolder } from '../../../scripts/lib/cache.ts';

const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-sync',
  '--no-first-run',
  '--no-sandbox',
];

/** A headless Chromium: `$CHROMIUM`, Debian's, or the one inside the npm package @sparticuz/chromium. */
export async function launchBrowser(): Promise<Browser> {
  const installed = [process.env['CHROMIUM'], '/usr/bin/chromium'].find((path) => path && existsSync(path));
  const browser = installed === undefined ? await browserFromNpm() : { executablePath: installed };
  return chromium.launch({ ...browser, headless: true, args: ARGUMENTS });
}

async function browserFromNpm(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const cache = cacheFolder('chromium');
  mkdirSync(cache, { recursive: true });
  const { TMPDIR } = process.env;
  // The package unpacks into the folder for temporary files; one of ours is kept between runs.
  process.env['TMPDIR'] = cache;
  try {
    const { default: packed, inflate } = await import('@sparticuz/chromium');
    const executablePath = await packed.executablePath();
    // libnss3, libnspr4 and libexpat.
    await inflate(join(dirname(entry), '../bin/al2023.tar.br'));
    const inherited = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return {
      executablePath,
      env: {
        ...Object.fromEntries(inherited),
        TMPDIR: TMPDIR ?? '/tmp',
        FONTCONFIG_FILE: fonts(cache),
        LD_LIBRARY_PATH: join(cache, 'al2023/lib'),
      },
    };
  } finally {
    if (TMPDIR === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
    else process.env['TMPDIR'] = TMPDIR;
  }
}

/** Configuration of fonts: those of the package, which its own configuration looks for elsewhere, and the machine's. */
function fonts(cache: string): string {
  const file = join(cache, 'fonts.conf');
  const folders = [join(cache, 'fonts/fonts'), '/usr/share/fonts'].map((folder) => `  <dir>${folder}</dir>`);
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${folders.join('\n')}
  <cachedir>${join(cache, 'fonts-cache')}</cachedir>
</fontconfig>
`,
  );
  return file;
}
