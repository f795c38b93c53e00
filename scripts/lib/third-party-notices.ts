import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences of the packages whose files were bundled; `inputs` are paths of files. */
export function thirdPartyNotices(inputs: Iterable<string>): string {
  const folders = new Set<string>();
  for (const input of inputs) {
    const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input.replaceAll('\\', '/'));
    if (found) folders.add(found[0]);
  }
  const notices = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
      license?: string;
    };
    const texts = readdirSync(folder)
      .filter((file) => /^(?:licen[cs]e|notice|thirdpartynotice)/i.test(file))
      .sort()
      .map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return { name, text: [`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n') };
  });
  notices.sort((a, b) => (a.name < b.name ? -1 : 1));
  const line = `\n\n${'-'.repeat(80)}\n\n`;
  return `The extension contains these packages.${line}${notices.map(({ text }) => text).join(line)}\n`;
}
