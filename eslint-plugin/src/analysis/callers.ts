import { argumentAt, dottedName, propertyName, unwrap, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import { importSource, specifierName, type Module } from './module.ts';
import type { Binding } from './scope.ts';
import { TreeMemory, TreeMemoryAcrossFiles, treeOfModule, treeOfNode } from './tree-memory.ts';

import { alternatives } from './value.ts';
import { splitWords } from './words.ts';

/** A call of a workspace function. */
export interface CallSite {
  readonly call: TSESTree.CallExpression | TSESTree.NewExpression;
  readonly module: Module;
  /** Module of the called function. */
  readonly home: Module;
  /** Arguments to skip (`fn.call(this, …)`). */
  readonly offset?: number;
  readonly event?: boolean;
  readonly argument?: Node;
}

const cache = new TreeMemoryAcrossFiles<FunctionNode, readonly CallSite[]>(treeOfNode);
const MAX_FILES = 12;

/** How a function can be reached: its binding, its property name, or as a constructor. */
interface Handle {
  readonly binding: Binding | undefined;
  readonly method: string | undefined;
  readonly constructorOf: TSESTree.ClassDeclaration | TSESTree.ClassExpression | undefined;
  readonly owner: Node | undefined;
}

/** Calls of a function in its file and, where the host knows other files, in the files that import it. */
export function callSitesOf(ev: Evaluator, fn: FunctionNode, module: Module): readonly CallSite[] {
  const known = cache.get(fn);
  if (known) return known;
  cache.set(fn, []);
  const handle = handleOf(fn, module);
  const sites: CallSite[] = [];
  if (handle.binding) collectReferences(handle.binding, module, module, sites);
  if (handle.method !== undefined) collectMethodCalls(ev, handle, module, module, sites);
  if (handle.constructorOf) collectConstructions(ev, handle.constructorOf, module, sites);
  if (ev.settings.crossFile === 'workspace') collectForeign(ev, handle, module, sites);
  cache.set(fn, sites);
  return sites;
}

function handleOf(fn: FunctionNode, module: Module): Handle {
  const none: Handle = { binding: undefined, method: undefined, constructorOf: undefined, owner: undefined };
  const parent = fn.parent as Node | undefined;
  if (fn.type === 'FunctionDeclaration' && fn.id)
    return { ...none, binding: module.scopes.lookup(fn.id.name, fn.parent) };
  if (parent?.type === 'VariableDeclarator' && parent.init === fn && parent.id.type === 'Identifier')
    return { ...none, binding: module.scopes.lookup(parent.id.name, parent) };
  if (parent?.type === 'MethodDefinition' && parent.kind === 'constructor') {
    const owner = parent.parent.parent;
    return { ...none, constructorOf: owner };
  }
  if (parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition')
    return { ...none, method: propertyName(parent), owner: parent.parent.parent };
  if (parent?.type === 'Property' && parent.value === fn) return { ...none, method: propertyName(parent) };
  if (parent?.type === 'AssignmentExpression' && parent.right === fn && parent.left.type === 'MemberExpression')
    return { ...none, method: propertyName(parent.left) };
  if (parent?.type === 'CallExpression') {
    // `const f = useCallback(() => …)`, `export const f = withX(async () => …)`: calls of the variable are calls of the function.
    const holder = parent.parent;
    if (holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier')
      return { ...none, binding: module.scopes.lookup(holder.id.name, holder) };
  }
  return none;
}

function collectReferences(binding: Binding, module: Module, home: Module, sites: CallSite[]): void {
  for (const ref of module.scopes.references(binding)) {
    const parent = ref.parent as Node | undefined;
    if (parent?.type === 'CallExpression' && unwrap(parent.callee) === ref) sites.push({ call: parent, module, home });
    else if (
      parent?.type === 'MemberExpression' &&
      parent.object === ref &&
      parent.parent?.type === 'CallExpression' &&
      propertyName(parent) === 'call'
    )
      sites.push({ call: parent.parent, module, home, offset: 1 });
  }
}

/** Method names that many unrelated objects have: calls of them say nothing about one class. */
export const COMMON_METHODS: ReadonlySet<string> = new Set([
  'get',
  'set',
  'add',
  'has',
  'run',
  'call',
  'apply',
  'emit',
  'on',
  'send',
  'push',
  'then',
  'catch',
  'map',
  'log',
  'info',
  'error',
  'warn',
  'debug',
  'start',
  'stop',
  'end',
  'close',
  'open',
  'create',
  'update',
  'delete',
  'remove',
  'find',
  'save',
  'write',
  'read',
  'next',
  'handle',
  'execute',
  'process',
  'init',
  'use',
  'test',
  'exec',
  'inc',
  'dec',
  'observe',
  'record',
  'labels',
  'reset',
  'publish',
  'subscribe',
  'request',
  'fetch',
  'query',
  'post',
  'put',
  'patch',
  'render',
  'parse',
  'format',
  'toString',
  'toJSON',
  'value',
  'key',
  'list',
  'load',
  'connect',
  'register',
  'handler',
  'callback',
  'fn',
  'resolve',
  'reject',
  'constructor',
]);

function collectMethodCalls(ev: Evaluator, handle: Handle, module: Module, home: Module, sites: CallSite[]): void {
  const { method: name, owner } = handle;
  if (name === undefined) return;
  const common = COMMON_METHODS.has(name) || name.length < 4;
  const ownerName = (owner as { id?: TSESTree.Identifier | null } | undefined)?.id?.name;
  for (const member of module.scopes.nodes('MemberExpression')) {
    if (propertyName(member) !== name) continue;
    const call = member.parent;
    if (call?.type !== 'CallExpression' || call.callee !== member) continue;
    if (member.object.type === 'ThisExpression') {
      if (owner !== undefined && module === home) sites.push({ call, module, home });
    } else if (!common && mayBe(ev, member.object, owner, ownerName, name, module)) sites.push({ call, module, home });
  }
}

/** Can a receiver be an instance of the class that has the method? A name in common is asked for where nothing is known. */
function mayBe(
  ev: Evaluator,
  receiver: Node,
  owner: Node | undefined,
  ownerName: string | undefined,
  method: string,
  module: Module,
): boolean {
  if (owner === undefined) return splitWords(method).length > 1;
  const value = ev.evaluate(receiver, module, undefined);
  for (const v of alternatives(value)) {
    if (v.type === 'instance' && v.of.node === owner) return true;
    if (v.type === 'class' && v.node === owner) return true;
    if (v.type === 'instance' && v.of.node.id?.name === ownerName) return true;
  }
  if (value.type !== 'unknown') return false;
  const last = dottedName(receiver)?.split('.').at(-1);
  if (last === undefined || ownerName === undefined) return false;
  const own = splitWords(last);
  const words = splitWords(ownerName);
  // `metricsService` for MetricsService, `collector` for TapCollector when the class has no other distinguishing use of the word.
  return own.join(' ') === words.join(' ') || (own.length > 1 && words.join(' ').endsWith(own.join(' ')));
}

function collectConstructions(
  ev: Evaluator,
  node: TSESTree.ClassDeclaration | TSESTree.ClassExpression,
  module: Module,
  sites: CallSite[],
): void {
  const name = node.id?.name;
  if (name === undefined) return;
  const add = (m: Module): void => {
    for (const n of m.scopes.nodes('NewExpression'))
      if (n.callee.type === 'Identifier' && n.callee.name === name) sites.push({ call: n, module: m, home: module });
  };
  add(module);
  if (ev.settings.crossFile !== 'workspace') return;
  for (const path of ev.host.mentioning([`new ${name}`], { importing: module.path }).slice(0, MAX_FILES)) {
    const m = path === module.path ? undefined : ev.graph.moduleAt(path);
    if (m) add(m);
  }
}

function collectForeign(ev: Evaluator, handle: Handle, module: Module, sites: CallSite[]): void {
  const exported = handle.binding ? exportNames(handle.binding, module) : [];
  for (const name of exported) {
    const words = name === 'default' ? [] : [name];
    for (const path of ev.host.mentioning(words, { importing: module.path }).slice(0, MAX_FILES)) {
      const m = path === module.path ? undefined : ev.graph.moduleAt(path);
      if (m) collectImported(ev, name, m, module, sites);
    }
  }
  const { method } = handle;
  if (method !== undefined && !COMMON_METHODS.has(method) && method.length >= 6) {
    const owner = handle.owner as { id?: TSESTree.Identifier | null } | undefined;
    const words = owner?.id && method.length < 10 ? [`.${method}(`, owner.id.name] : [`.${method}(`];
    // Files that call a method name its class or file in an import, be it only for the type.
    for (const path of ev.host.mentioning(words, { importing: module.path }).slice(0, MAX_FILES)) {
      const m = path === module.path ? undefined : ev.graph.moduleAt(path);
      if (m) collectMethodCalls(ev, handle, m, module, sites);
    }
  }
}

const exportsCache = new TreeMemory<Module, ReadonlyMap<Binding, readonly string[]>>(treeOfModule);

/** Names under which a module exports what a binding holds. */
function exportNames(binding: Binding, module: Module): readonly string[] {
  let names = exportsCache.get(module);
  if (!names) exportsCache.set(module, (names = exportsByBinding(module)));
  return names.get(binding) ?? [];
}

function exportsByBinding(module: Module): ReadonlyMap<Binding, readonly string[]> {
  const names = new Map<Binding, string[]>();
  for (const [name, target] of module.exports) {
    const binding =
      target.kind === 'binding'
        ? target.binding
        : target.kind === 'expression' && target.node.type === 'Identifier'
          ? module.scopes.resolve(target.node)
          : undefined;
    if (!binding) continue;
    const exported = name === 'module.exports' ? 'default' : name;
    const list = names.get(binding);
    if (list) list.push(exported);
    else names.set(binding, [exported]);
  }
  return names;
}

function collectImported(ev: Evaluator, name: string, module: Module, home: Module, sites: CallSite[]): void {
  for (const d of module.scopes.nodes('ImportDeclaration')) {
    for (const s of d.specifiers) {
      const binding = module.scopes.root.bindings.get(s.local.name);
      if (!binding || importSource(s) === undefined) continue;
      const imported =
        s.type === 'ImportSpecifier'
          ? specifierName(s.imported)
          : s.type === 'ImportDefaultSpecifier'
            ? 'default'
            : '*';
      if (imported === name && leadsTo(ev, d.source.value, name, module, home))
        collectReferences(binding, module, home, sites);
      else if (imported === '*' || (imported === 'default' && name !== 'default'))
        collectMembers(binding, name, module, home, sites);
    }
  }
  for (const d of module.scopes.nodes('VariableDeclarator')) {
    const init = d.init ? unwrap(d.init) : undefined;
    if (init?.type !== 'CallExpression' || init.callee.type !== 'Identifier' || init.callee.name !== 'require')
      continue;
    if (d.id.type === 'Identifier') {
      const binding = module.scopes.root.bindings.get(d.id.name);
      if (binding) collectMembers(binding, name, module, home, sites);
      if (binding && name === 'default') collectReferences(binding, module, home, sites);
    } else if (d.id.type === 'ObjectPattern') {
      for (const p of d.id.properties) {
        if (p.type !== 'Property' || propertyName(p) !== name || p.value.type !== 'Identifier') continue;
        const binding = module.scopes.lookup(p.value.name, d);
        if (binding) collectReferences(binding, module, home, sites);
      }
    }
  }
}

function leadsTo(ev: Evaluator, source: string, name: string, module: Module, home: Module): boolean {
  const path = ev.host.resolve(source, module.path);
  if (path === home.path) return true;
  if (path === undefined || ev.host.mayReexport?.(path) === false) return false;
  const target = ev.graph.importedModule(source, module);
  if (!target) return false;
  return target === home || target.path === home.path || target.exports.get(name)?.kind !== 'binding';
}

function collectMembers(binding: Binding, name: string, module: Module, home: Module, sites: CallSite[]): void {
  for (const ref of module.scopes.references(binding)) {
    const member = ref.parent;
    if (member?.type !== 'MemberExpression' || member.object !== ref || propertyName(member) !== name) continue;
    if (member.parent.type === 'CallExpression' && member.parent.callee === member)
      sites.push({ call: member.parent, module, home });
  }
}

/** Arguments that `emit(event, …)` calls of the same event pass at a position. */
export function emittedArguments(
  ev: Evaluator,
  event: Node,
  module: Module,
  index: number,
): readonly { readonly node: Node; readonly module: Module }[] {
  const key = eventKey(event);
  if (key === undefined) return [];
  const out: { node: Node; module: Module }[] = [];
  const add = (m: Module): void => {
    for (const call of m.scopes.nodes('CallExpression')) {
      const callee = unwrap(call.callee);
      if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'emit') continue;
      const first = call.arguments[0];
      const arg = argumentAt(call, index + 1);
      if (first && arg && eventKey(first) === key) out.push({ node: arg, module: m });
    }
  };
  add(module);
  if (ev.settings.crossFile === 'workspace') {
    for (const path of ev.host.mentioning([key, 'emit(']).slice(0, MAX_FILES)) {
      const m = path === module.path ? undefined : ev.graph.moduleAt(path);
      if (m) add(m);
    }
  }
  return out;
}

/** Comparable key of an event argument: a literal of some length, or the last name of a constant. */
function eventKey(node: Node): string | undefined {
  const n = unwrap(node);
  if (n.type === 'Literal' && typeof n.value === 'string') return n.value.length > 3 ? n.value : undefined;
  return dottedName(n)?.split('.').at(-1);
}
