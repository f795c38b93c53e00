import { parse } from '@typescript-eslint/parser';
import { analyze } from '../../src/analysis/analyze.ts';
import type { ModuleHost, ParsedFile } from '../../src/analysis/host.ts';
import { moduleOf } from '../../src/analysis/module.ts';
import { defaultSettings, type Settings } from '../../src/analysis/settings.ts';
import type { PropagationFact } from '../../src/analysis/propagation.ts';

/** A workspace in memory: paths below `/w`, and what package.json declares. */
export interface Fixture {
  readonly files?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly settings?: Partial<Settings>;
  /** Path of the file under test. */
  readonly path?: string;
  /** Package of a path; one package for everything when left out. */
  readonly packageOf?: (path: string) => string;
}

/** Set-up with an explicit, empty list of instrumentations. */
export const bareSdk = `import { NodeSDK } from '@opentelemetry/sdk-node';
new NodeSDK({ instrumentations: [] }).start();
`;

/** Set-up with the whole bundle. */
export const bundleSdk = `import { NodeSDK } from '@opentelemetry/sdk-node';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] }).start();
`;

const tracing = { '@opentelemetry/api': '^1.9.0', '@opentelemetry/sdk-node': '^0.220.0' };

function hostOf(
  files: ReadonlyMap<string, string>,
  dependencies: ReadonlyMap<string, string>,
  packageOf: (path: string) => string,
): ModuleHost {
  const parsed = new Map<string, ParsedFile>();
  return {
    parse(path) {
      const text = files.get(path);
      if (text === undefined) return undefined;
      let file = parsed.get(path);
      if (!file) {
        file = {
          path,
          text,
          ast: parse(text, {
            range: true,
            loc: true,
            sourceType: 'module',
            ecmaFeatures: { jsx: path.endsWith('x') },
          }) as unknown as ParsedFile['ast'],
        };
        parsed.set(path, file);
      }
      return file;
    },
    resolve(specifier, from) {
      if (!specifier.startsWith('.')) return undefined;
      const base = new URL(specifier.replace(/\.js$/, ''), `file://${from}`).pathname;
      return [base, `${base}.ts`, `${base}/index.ts`].find((p) => files.has(p));
    },
    mentioning: (words) => [...files].filter(([, text]) => words.every((w) => text.includes(w))).map(([path]) => path),
    project: (path) => ({ dependencies, packageName: packageOf(path) }),
  };
}

/** Facts of a piece of code in a workspace that traces, unless the fixture says otherwise. */
export function factsOf(
  code: string,
  {
    files = { 'tracing.ts': bareSdk },
    dependencies = tracing,
    settings = {},
    path = 'src/app.ts',
    packageOf = () => 'app',
  }: Fixture = {},
): readonly PropagationFact[] {
  const all = new Map(Object.entries({ ...files, [path]: code }).map(([p, text]) => [`/w/${p}`, text]));
  const host = hostOf(all, new Map(Object.entries(dependencies)), packageOf);
  const file = host.parse(`/w/${path}`);
  if (!file) throw new Error('the code under test does not parse');
  return analyze(moduleOf(file), host, { ...defaultSettings, ...settings }).propagation;
}

/** Facts in one line each: `no-inject bullmq add`. */
export function problemsOf(code: string, fixture?: Fixture): readonly string[] {
  return factsOf(code, fixture).map((f) => `${f.problem} ${f.broker} ${code.slice(f.range.start, f.range.end)}`);
}
