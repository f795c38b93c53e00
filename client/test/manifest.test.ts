import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defaultServerSettings, readServerSettings } from '../../server/src/settings.ts';

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
    readonly commands: readonly { readonly command: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly description: string; readonly media: { readonly markdown: string } }[];
    }[];
    readonly snippets: readonly { readonly path: string }[];
    readonly jsonValidation: readonly { readonly url: string }[];
    readonly languageModelTools: readonly { readonly name: string }[];
    readonly problemMatchers: readonly {
      readonly pattern: readonly { readonly regexp: string; readonly [group: string]: unknown }[];
    }[];
  };
}

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const read = (relative: string): string => readFileSync(path(relative), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const { contributes } = manifest;

/** `{ 'lint.perFile': 'on' }` as editors send it: `{ lint: { perFile: 'on' } }`. */
function nested(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    const [first = '', second] = key.split('.');
    if (second === undefined) root[first] = value;
    else root[first] = { ...(root[first] as object | undefined), [second]: value };
  }
  return root;
}

describe('the manifest', () => {
  const properties = Object.entries(contributes.configuration.properties).map(
    ([key, property]) => [key.replace('telint.', ''), property.default] as const,
  );

  it('has few settings, and their defaults are those of the server', () => {
    expect(properties.length).toBeLessThanOrEqual(15);
    expect(readServerSettings(nested(properties))).toEqual({ settings: defaultServerSettings, mistakes: [] });
  });

  it('offers every setting that the server reads', () => {
    const asked = [...read('server/src/settings.ts').matchAll(/\b(?:choice|flag|address)\('([\w.]+)'/g)].map(
      ([, key]) => key,
    );
    expect(asked.length).toBeGreaterThan(4);
    expect(properties.map(([key]) => key)).toEqual(expect.arrayContaining(asked));
  });

  it('names files that exist', () => {
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    expect(steps).toHaveLength(4);
    const files = [
      manifest.icon,
      ...steps.map(({ media }) => media.markdown),
      ...contributes.snippets.map((snippet) => snippet.path),
      ...contributes.jsonValidation.map(({ url }) => url),
    ];
    expect(files.filter((file) => !existsSync(path(file)))).toEqual([]);
  });

  it('links commands that exist', () => {
    const own = contributes.commands.map(({ command }) => command);
    const linked = [...read('package.json').matchAll(/command:(telint\.\w+)/g)].map(([, command]) => command);
    expect(linked.length).toBeGreaterThan(2);
    expect(own).toEqual(expect.arrayContaining(linked));
    for (const command of own) expect(read('client/src/commands.ts')).toContain(`${command.replace('telint.', '')}:`);
  });

  it('declares the tools that the extension registers', () => {
    const registered = [...read('client/src/tools.ts').matchAll(/registerTool(?:<\w+>)?\('(\w+)'/g)].map(([, n]) => n);
    expect(contributes.languageModelTools.map(({ name }) => name)).toEqual(registered);
  });

  it('starts with languages of services and not with every JSON file', () => {
    expect(manifest.activationEvents).not.toContain('*');
    expect(manifest.activationEvents).not.toContain('onStartupFinished');
    expect(manifest.activationEvents.filter((event) => /json|yaml/.test(event))).toEqual([
      'workspaceContains:telint.json',
    ]);
  });
});

it('the problem matcher reads what `telint check` prints', () => {
  const { stdout } = spawnSync(process.execPath, [path('server/src/telint.ts'), 'check'], {
    cwd: path('test/vscode/fixtures/service'),
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const [file, problem] = (contributes.problemMatchers[0]?.pattern ?? []).map(({ regexp }) => new RegExp(regexp));
  const found: string[] = [];
  let inside = '';
  for (const line of stdout.split('\n')) {
    const [, name] = file?.exec(line) ?? [];
    if (name !== undefined) inside = name;
    const match = problem?.exec(line);
    if (match) found.push(`${inside}:${match[1] ?? ''}:${match[2] ?? ''} ${match[3] ?? ''} ${match[5] ?? ''}`);
  }
  expect(found).toEqual([
    'src/checkout.ts:11:16 error telint/require-span-end',
    'src/checkout.ts:14:19 error telint/no-unbounded-metric-labels',
    'src/checkout.ts:15:8 error telint/no-pii-in-span-attributes',
  ]);
});
