/** Reads a folder and says how long it took: into the index, into a ts-morph project, or one changed file of the index. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Project } from 'ts-morph';
import { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import { quantile } from '../../../scripts/lib/bench-rows.ts';

const CHANGED = 200;
const [, , variant = '', folder = '', most = '0'] = process.argv;
const files = new Workspace(folder).files();

/** Every text is read and every import known; searching is what checks begin with. */
function index(): Workspace {
  const workspace = new Workspace(folder);
  workspace.mentioning([], { importing: join(folder, 'index.ts') });
  workspace.mentioning(['@opentelemetry/']);
  return workspace;
}

function morph(): void {
  const project = new Project({ compilerOptions: { allowJs: true }, skipFileDependencyResolution: true });
  for (const path of files.slice(0, Number(most))) project.addSourceFileAtPath(path);
  // What an index of definitions asks of it: declarations and imports of every file.
  for (const file of project.getSourceFiles()) {
    file.getImportDeclarations().map((i) => i.getModuleSpecifierValue());
    file.getExportedDeclarations();
  }
}

function timeOf(run: () => unknown): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

/** Files over the whole list, each with an import and a metric more. */
function updates(): number {
  const workspace = index();
  const step = Math.max(1, Math.floor(files.length / CHANGED));
  const some = files.filter((_, i) => i % step === 0).slice(0, CHANGED);
  const times = some.map((path) => {
    const text = `import { Counter } from 'prom-client';\n${readFileSync(path, 'utf8')}`;
    return timeOf(() => {
      workspace.update(path, text);
      workspace.mentioning(['prom-client']);
    });
  });
  return quantile(times, 0.9);
}

console.log(`ms ${variant === 'update' ? updates() : timeOf(variant === 'index' ? index : morph)}`);
