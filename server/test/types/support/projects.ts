import { mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Files } from '../../support/define-test.ts';

const require = createRequire(import.meta.url);

/** Folder of an installed package. */
export function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

/** Folders of TypeScript 7 and 6. */
export const TYPESCRIPT = {
  native: packageFolder('@typescript/native'),
  classic: packageFolder('typescript'),
} as const;

/** Gives a project a TypeScript of its own, and the packages that its sources import. */
export function install(root: string, typescript: keyof typeof TYPESCRIPT | undefined): void {
  const folder = join(root, 'node_modules');
  mkdirSync(folder, { recursive: true });
  if (typescript) symlinkSync(TYPESCRIPT[typescript], join(folder, 'typescript'), 'junction');
  symlinkSync(packageFolder('prom-client'), join(folder, 'prom-client'), 'junction');
}

/** A service whose metric comes from a package that only its types know. */
export const TYPED_SERVICE: Files = {
  'package.json': JSON.stringify({ name: 'service', type: 'module', dependencies: { 'prom-client': '15.1.3' } }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: { strict: true, target: 'es2022', module: 'nodenext', noEmit: true, types: [] },
    include: ['src'],
  }),
  'node_modules/kit/package.json': JSON.stringify({ name: 'kit', version: '1.0.0', types: 'index.d.ts' }),
  'node_modules/kit/index.d.ts': `import type { Counter } from 'prom-client';
export declare function counterOf(name: string): Counter<'user' | 'url' | 'status'>;
export declare function statusOf(code: number): 'ok' | 'failed';
export interface Request { readonly url: string; readonly outcome: 'ok' | 'failed'; readonly headers: Record<string, string> }
`,
  'src/orders.ts': `import { counterOf, statusOf, type Request } from 'kit';

const orders = counterOf('shop_orders_total');

export function order(request: Request, userId: string) {
  orders.inc({ user: userId });
  orders.inc({ status: statusOf(1) });
}
`,
};
