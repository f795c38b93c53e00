import { isFunction, parentOf, pushChildren, type Node, type TSESTree } from './ast.ts';

/** How a name was introduced. */
export type BindingKind =
  'var' | 'let' | 'const' | 'param' | 'function' | 'class' | 'import' | 'catch' | 'enum' | 'type';

/** One declared name; `id` is the identifier that declares it, `declaration` the node that owns it. */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly id: TSESTree.Identifier;
  /** VariableDeclarator, function, class, import specifier, catch clause, enum or type declaration. */
  readonly declaration: Node;
  readonly scope: Scope;
}

/** A lexical scope: the node that opens it and the names declared in it. */
export interface Scope {
  readonly node: Node;
  readonly parent: Scope | undefined;
  readonly bindings: Map<string, Binding>;
}

/** Scopes, references and parents of one file, from one walk. */
export interface ScopeInfo {
  readonly root: Scope;
  /** Binding that an identifier refers to (or declares); undefined for globals and property names. */
  resolve(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier): Binding | undefined;
  /** Binding visible under a name at a node. */
  lookup(name: string, at: Node): Binding | undefined;
  /** Identifiers that refer to a binding, the declaring one left out, in source order. */
  references(binding: Binding): readonly TSESTree.Identifier[];
  /** Every node of a type in source order. */
  nodes<T extends NodeName>(type: T): readonly NodeOf<T>[];
}

type NodeName = `${Node['type']}`;
/** The node interface behind a type name. */
type NodeOf<T extends NodeName> = Node extends infer N
  ? N extends { type: infer K extends string }
    ? `${K}` extends T
      ? N
      : never
    : never
  : never;

const SCOPE_TYPES = new Set([
  'Program',
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'ClassDeclaration',
  'ClassExpression',
  'StaticBlock',
  'TSModuleBlock',
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);
const INDEXED = new Set([
  'CallExpression',
  'NewExpression',
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassDeclaration',
  'ClassExpression',
  'Property',
  'PropertyDefinition',
  'MethodDefinition',
  'AssignmentExpression',
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'ExportAllDeclaration',
  'VariableDeclarator',
  'ReturnStatement',
  'ThrowStatement',
  'YieldExpression',
  'MemberExpression',
  'ImportExpression',
  'Decorator',
]);

/** Walks the tree once: sets parents, opens scopes, declares names, and indexes node types that collectors ask for. */
export function buildScopes(program: TSESTree.Program): ScopeInfo {
  const scopeOfNode = new Map<Node, Scope>();
  const byName = new Map<string, TSESTree.Identifier[]>();
  const byType = new Map<string, Node[]>();
  const referenceCache = new Map<Binding, readonly TSESTree.Identifier[]>();
  const resolved = new Map<Node, Binding | null>();
  const root: Scope = { node: program, parent: undefined, bindings: new Map() };
  scopeOfNode.set(program, root);

  // Two stacks in step instead of pairs: this loop sees every node of every file that is looked at.
  const stack: Node[] = [program];
  const scopes: Scope[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const outer = scopes.pop() ?? root;
    let scope = outer;
    const { type } = node;
    if (type === 'Identifier') {
      if (!isPropertyName(node)) push(byName, node.name, node);
    } else {
      if (SCOPE_TYPES.has(type) && node !== program && !(type === 'BlockStatement' && isFunction(parentOf(node)))) {
        scope = { node, parent: outer, bindings: new Map() };
        scopeOfNode.set(node, scope);
      }
      declare(node, scope, outer);
      if (INDEXED.has(type)) push(byType, type, node);
    }
    const first = stack.length;
    pushChildren(node, stack);
    for (let i = first; i < stack.length; i++) {
      const child = stack[i] as Node;
      if (child.parent !== node) (child as { parent: Node }).parent = node;
      scopes.push(scope);
    }
  }

  function scopeAt(node: Node): Scope {
    for (let n: Node | undefined = node; n; n = parentOf(n)) {
      const scope = scopeOfNode.get(n);
      if (scope) return scope;
    }
    return root;
  }
  function find(name: string, from: Scope | undefined): Binding | undefined {
    for (let s = from; s; s = s.parent) {
      const binding = s.bindings.get(name);
      if (binding) return binding;
    }
    return undefined;
  }
  function resolve(id: TSESTree.Identifier | TSESTree.JSXIdentifier): Binding | undefined {
    const known = resolved.get(id);
    if (known !== undefined) return known ?? undefined;
    const binding = isPropertyName(id) ? undefined : find(id.name, scopeAt(id));
    resolved.set(id, binding ?? null);
    return binding;
  }
  return {
    root,
    resolve,
    lookup: (name, at) => find(name, scopeAt(at)),
    references(binding) {
      let list = referenceCache.get(binding);
      if (!list) {
        // All identifiers of the name at once: many functions use the same short names.
        const grouped = new Map<Binding, TSESTree.Identifier[]>();
        for (const id of byName.get(binding.name) ?? []) {
          const target = resolve(id);
          if (target && id !== target.id) push(grouped, target, id);
        }
        for (const [target, ids] of grouped) referenceCache.set(target, ids);
        list = grouped.get(binding) ?? [];
        referenceCache.set(binding, list);
      }
      return list;
    },
    nodes: (type) => (byType.get(type) ?? []) as never,
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Identifiers in these positions name a property, not a variable. */
function isPropertyName(id: TSESTree.Identifier | TSESTree.JSXIdentifier): boolean {
  const parent = parentOf(id);
  if (!parent) return false;
  switch (parent.type) {
    case 'MemberExpression':
      return parent.property === id && !parent.computed;
    case 'Property':
      return parent.key === id && !parent.computed && !(parent.shorthand && isSameIdentifier(parent.value, id));
    case 'PropertyDefinition':
    case 'MethodDefinition':
    case 'AccessorProperty':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
    case 'TSEnumMember':
      return (parent as { key?: Node; id?: Node }).key === id || (parent as { id?: Node }).id === id;
    case 'ImportSpecifier':
      return parent.imported === id && parent.local !== id;
    case 'ExportSpecifier':
      return parent.exported === id && parent.local !== id;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return true;
    default:
      return false;
  }
}

function isSameIdentifier(value: Node, id: Node): boolean {
  return (
    value === id ||
    (value.type === 'AssignmentPattern' && value.left === id) ||
    (value.type === 'Identifier' && value.name === (id as TSESTree.Identifier).name)
  );
}

function declare(node: Node, scope: Scope, outer: Scope): void {
  switch (node.type) {
    case 'VariableDeclaration': {
      const kind = node.kind === 'var' ? 'var' : node.kind === 'let' ? 'let' : 'const';
      const target = kind === 'var' ? functionScope(scope) : scope;
      for (const d of node.declarations) for (const id of patternIds(d.id)) add(target, id, kind, d);
      break;
    }
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      if (node.id) add(node.type === 'FunctionDeclaration' ? outer : scope, node.id, 'function', node);
      for (const p of node.params) for (const id of patternIds(p)) add(scope, id, 'param', node);
      break;
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node.id) add(node.type === 'ClassDeclaration' ? outer : scope, node.id, 'class', node);
      break;
    case 'ImportDeclaration':
      for (const s of node.specifiers) add(scope, s.local, 'import', s);
      break;
    case 'TSImportEqualsDeclaration':
      add(scope, node.id, 'import', node);
      break;
    case 'CatchClause':
      if (node.param) for (const id of patternIds(node.param)) add(scope, id, 'catch', node);
      break;
    case 'TSEnumDeclaration':
      add(scope, node.id, 'enum', node);
      break;
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      if (!scope.bindings.has(node.id.name)) add(scope, node.id, 'type', node);
      break;
    default:
  }
}

function add(scope: Scope, id: TSESTree.Identifier, kind: BindingKind, declaration: Node): void {
  const existing = scope.bindings.get(id.name);
  // A type may share its name with a value (`const X = …; type X = …`): the value wins.
  if (existing && existing.kind !== 'type' && (kind === 'type' || existing.kind === 'import')) return;
  if (existing && existing.kind === 'param' && kind === 'var') return;
  scope.bindings.set(id.name, { name: id.name, kind, id, declaration, scope });
}

function functionScope(scope: Scope): Scope {
  let s = scope;
  while (s.parent && !isFunction(s.node) && s.node.type !== 'StaticBlock' && s.node.type !== 'TSModuleBlock')
    s = s.parent;
  return s;
}

/** Identifiers that a pattern declares, in source order. */
export function patternIds(pattern: Node): TSESTree.Identifier[] {
  const ids: TSESTree.Identifier[] = [];
  const stack: (Node | null | undefined)[] = [pattern];
  while (stack.length > 0) {
    const p = stack.pop();
    if (!p) continue;
    if (p.type === 'Identifier') ids.push(p);
    else if (p.type === 'ObjectPattern') stack.push(...p.properties);
    else if (p.type === 'ArrayPattern') stack.push(...p.elements);
    else if (p.type === 'Property') stack.push(p.value);
    else if (p.type === 'RestElement') stack.push(p.argument);
    else if (p.type === 'AssignmentPattern') stack.push(p.left);
    else if (p.type === 'TSParameterProperty') stack.push(p.parameter);
  }
  return ids;
}
