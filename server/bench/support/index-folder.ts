/** Reads a folder and says how long it took: into the index (texts, imports, resolved files) or into a ts-morph project. */
import { join } from 'node:path';
import { Project } from 'ts-morph';
import { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';

const [, , variant = '', folder = '', most = '0'] = process.argv;
const files = new Workspace(folder).files();
const started = performance.now();
if (variant === 'index') {
  const workspace = new Workspace(folder);
  // Every text is read and every import known once somebody asks who imports a file.
  workspace.mentioning([], { importing: join(folder, 'index.ts') });
  workspace.mentioning(['@opentelemetry/']);
} else {
  const project = new Project({ compilerOptions: { allowJs: true }, skipFileDependencyResolution: true });
  for (const path of files.slice(0, Number(most))) project.addSourceFileAtPath(path);
  // What an index of definitions asks of it: declarations and imports of every file.
  for (const file of project.getSourceFiles()) {
    file.getImportDeclarations().map((i) => i.getModuleSpecifierValue());
    file.getExportedDeclarations();
  }
}
console.log(`ms ${performance.now() - started}`);
