import { patternIds, buildScopes, type Binding, type ScopeInfo } from './scope.ts';
import { propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import type { ParsedFile } from './host.ts';
import { TreeMemory } from './tree-memory.ts';

/** Where an exported name comes from. */
export type ExportTarget =
  | { readonly kind: 'binding'; readonly binding: Binding }
  | { readonly kind: 'expression'; readonly node: Node }
  | { readonly kind: 'reexport'; readonly source: string; readonly name: string }
  | { readonly kind: 'namespace'; readonly source: string };

/** One file: its tree, scopes and export table. */
export interface Module {
  readonly path: string;
  readonly text: string;
  readonly ast: TSESTree.Program;
  readonly scopes: ScopeInfo;
  readonly exports: ReadonlyMap<string, ExportTarget>;
  /** Sources of `export * from '…'`. */
  readonly starExports: readonly string[];
}

const cache = new TreeMemory<TSESTree.Program, Module>((program) => program);

/** The module of a parsed file; built once per tree. */
export function moduleOf(file: ParsedFile): Module {
  let module = cache.get(file.ast);
  if (!module) {
    const scopes = buildScopes(file.ast);
    module = { path: file.path, text: file.text, ast: file.ast, scopes, ...collectExports(file.ast, scopes) };
    cache.set(file.ast, module);
  }
  return module;
}

function collectExports(ast: TSESTree.Program, scopes: ScopeInfo): Pick<Module, 'exports' | 'starExports'> {
  const exports = new Map<string, ExportTarget>();
  const starExports: string[] = [];
  const local = (name: string): Binding | undefined => scopes.root.bindings.get(name);
  for (const node of ast.body) {
    if (node.type === 'ExportNamedDeclaration') {
      if (node.declaration) {
        for (const name of declaredNames(node.declaration)) {
          const binding = local(name);
          if (binding) exports.set(name, { kind: 'binding', binding });
        }
      }
      for (const s of node.specifiers) {
        const from = specifierName(s.local);
        const to = specifierName(s.exported);
        if (node.source) exports.set(to, { kind: 'reexport', source: node.source.value, name: from });
        else {
          const binding = local(from);
          if (binding) exports.set(to, { kind: 'binding', binding });
        }
      }
    } else if (node.type === 'ExportDefaultDeclaration') {
      const d = node.declaration;
      const id = d.type === 'Identifier' ? d.name : 'id' in d && d.id?.type === 'Identifier' ? d.id.name : undefined;
      const binding = id === undefined ? undefined : local(id);
      exports.set('default', binding ? { kind: 'binding', binding } : { kind: 'expression', node: d });
    } else if (node.type === 'ExportAllDeclaration') {
      if (node.exported) exports.set(specifierName(node.exported), { kind: 'namespace', source: node.source.value });
      else starExports.push(node.source.value);
    } else if (node.type === 'TSExportAssignment') {
      exports.set('module.exports', { kind: 'expression', node: node.expression });
    }
  }
  for (const assignment of scopes.nodes('AssignmentExpression')) collectCommonJs(assignment, exports);
  return { exports, starExports };
}

/** `module.exports = …`, `exports.a = …`, `module.exports.a = …`. */
function collectCommonJs(node: TSESTree.AssignmentExpression, exports: Map<string, ExportTarget>): void {
  const left = unwrap(node.left);
  if (left.type !== 'MemberExpression') return;
  const name = propertyName(left);
  const object = unwrap(left.object);
  if (name === undefined) return;
  if (object.type === 'Identifier' && object.name === 'module' && name === 'exports') {
    exports.set('module.exports', { kind: 'expression', node: node.right });
    const right = unwrap(node.right);
    if (right.type === 'ObjectExpression') {
      for (const p of right.properties) {
        const key = p.type === 'Property' ? propertyName(p) : undefined;
        if (p.type === 'Property' && key !== undefined) exports.set(key, { kind: 'expression', node: p.value });
      }
    }
  } else if (
    (object.type === 'Identifier' && object.name === 'exports') ||
    (object.type === 'MemberExpression' &&
      object.object.type === 'Identifier' &&
      object.object.name === 'module' &&
      propertyName(object) === 'exports')
  ) {
    if (!exports.has(name)) exports.set(name, { kind: 'expression', node: node.right });
  }
}

function declaredNames(node: Node): string[] {
  if (node.type === 'VariableDeclaration')
    return node.declarations.flatMap((d) => patternIds(d.id).map((id) => id.name));
  const id = (node as { id?: Node | null }).id;
  return id?.type === 'Identifier' ? [id.name] : [];
}

/** Name in an import or export specifier (identifier or string). */
export function specifierName(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}

/** Module specifier of an import binding's declaration. */
export function importSource(declaration: Node | undefined): string | undefined {
  const parent = declaration?.parent;
  if (parent?.type === 'ImportDeclaration') return parent.source.value;
  return undefined;
}
