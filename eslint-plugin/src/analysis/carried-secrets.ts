import {
  calleeName,
  childrenOf,
  dottedName,
  isFunction,
  propertyName,
  unwrap,
  type Node,
  type TSESTree,
} from './ast.ts';
import { snippet } from './expressions.ts';
import type { Sensitive } from './judge-sensitive.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import { classifyPath, type SensitiveMatch, type Vocabulary } from './sensitivity.ts';
import { TreeMemory, treeOfModule } from './tree-memory.ts';

/**
 * A secret that an argument carries although nothing in its own name or value says so: an object whose secret field the
 * code reads elsewhere (`tokens.access_token`), or an address that was put together with a secret in it.
 */
export function carriedSecret(argument: Node, module: Module, vocabulary: Vocabulary): Sensitive | undefined {
  const node = serialised(argument);
  const root = rootOf(node);
  const binding = root && module.scopes.resolve(root);
  if (!binding) return undefined;
  return (
    readField(node, binding, module, vocabulary) ??
    (node.type === 'Identifier' ? builtAddress(node, binding, module, vocabulary) : undefined)
  );
}

const SERIALISERS = new Set(['JSON.stringify', 'util.inspect', 'inspect']);

/** The object behind `JSON.stringify(x)` and string concatenation. */
function serialised(node: Node): Node {
  const n = unwrap(node);
  const first = n.type === 'CallExpression' ? n.arguments[0] : undefined;
  return n.type === 'CallExpression' &&
    first &&
    first.type !== 'SpreadElement' &&
    SERIALISERS.has(dottedName(n.callee) ?? '')
    ? unwrap(first)
    : n;
}

function rootOf(node: Node): TSESTree.Identifier | undefined {
  let n = node;
  while (n.type === 'MemberExpression') n = unwrap(n.object);
  return n.type === 'Identifier' ? n : undefined;
}

/** Reads of members by the text of their object: `response.data` → `response.data.access_token`. */
const readsCache = new TreeMemory<
  Module,
  ReadonlyMap<string, readonly (TSESTree.MemberExpression | TSESTree.ObjectPattern)[]>
>(treeOfModule);

function readsOf(module: Module): ReadonlyMap<string, readonly (TSESTree.MemberExpression | TSESTree.ObjectPattern)[]> {
  let map = readsCache.get(module);
  if (!map) {
    const made = new Map<string, (TSESTree.MemberExpression | TSESTree.ObjectPattern)[]>();
    const add = (key: string | undefined, node: TSESTree.MemberExpression | TSESTree.ObjectPattern): void => {
      const list = key === undefined ? undefined : made.get(key);
      if (list) list.push(node);
      else if (key !== undefined) made.set(key, [node]);
    };
    for (const m of module.scopes.nodes('MemberExpression'))
      if (MAY_BE_SECRET.test(propertyName(m) ?? '')) add(dottedName(m.object), m);
    for (const d of module.scopes.nodes('VariableDeclarator'))
      if (d.init && d.id.type === 'ObjectPattern') add(dottedName(d.init), d.id);
    map = made;
    readsCache.set(module, map);
  }
  return map;
}

/** A look at the letters before words are taken apart. */
const MAY_BE_SECRET = /token|secret|passw|passcode|api_?key|private_?key|credential|jwt|bearer|cvv|ssn/i;

function readField(node: Node, binding: Binding, module: Module, vocabulary: Vocabulary): Sensitive | undefined {
  const text = dottedName(node);
  if (text === undefined || /(?:^|\.)(?:e|er|err|error|ex|exception|config|options|env|this)$/i.test(text))
    return undefined;
  for (const read of readsOf(module).get(text) ?? []) {
    const root =
      read.type === 'MemberExpression'
        ? rootOf(read)
        : rootOf(unwrap((read.parent as TSESTree.VariableDeclarator).init as Node));
    if (!root || module.scopes.resolve(root) !== binding || isRemoved(read)) continue;
    const names =
      read.type === 'MemberExpression'
        ? [propertyName(read)]
        : read.properties.map((p) => (p.type === 'Property' ? propertyName(p) : undefined));
    for (const name of names) {
      const match = name === undefined ? undefined : secret(name, vocabulary);
      if (match?.strength === 'strong' && name !== undefined) {
        return {
          match,
          what: `the whole \`${text}\`, which holds \`${name}\``,
          evidence: 'named',
          step: { text: snippet(read, module), module, node: read, next: undefined },
        };
      }
    }
  }
  return undefined;
}

/** `delete body.password`, `body.password = undefined`, `schema.jwt.verify()`: the field goes away, or is no value. */
function isRemoved(read: TSESTree.MemberExpression | TSESTree.ObjectPattern): boolean {
  if (read.type === 'ObjectPattern') return false;
  const { parent } = read;
  if (parent.type === 'UnaryExpression') return parent.operator === 'delete';
  if (parent.type === 'AssignmentExpression' && parent.left === read)
    return parent.right.type === 'Literal' || (parent.right.type === 'Identifier' && parent.right.name === 'undefined');
  return parent.type === 'CallExpression' && parent.callee === read;
}

function secret(name: string, vocabulary: Vocabulary): SensitiveMatch | undefined {
  const match = classifyPath([name], vocabulary);
  return match?.category === 'credential' ? match : undefined;
}

const MAX_NODES = 120;

/** `new URL(host, '/reset-password/' + token)` under a name that says that it is an address. */
function builtAddress(
  node: TSESTree.Identifier,
  binding: Binding,
  module: Module,
  vocabulary: Vocabulary,
): Sensitive | undefined {
  if (
    !/(?:url|uri|link|href)$/i.test(node.name) ||
    binding.declaration.type !== 'VariableDeclarator' ||
    !binding.declaration.init
  )
    return undefined;
  const stack: Node[] = [binding.declaration.init];
  for (let n = stack.pop(), i = 0; n && i < MAX_NODES; n = stack.pop(), i++) {
    for (const part of appended(n)) {
      const name =
        part.type === 'Identifier'
          ? part.name
          : part.type === 'MemberExpression'
            ? propertyName(part)
            : part.type === 'CallExpression'
              ? receiverName(part)
              : undefined;
      const match = name === undefined ? undefined : secret(name, vocabulary);
      if (match)
        return {
          match,
          what: `an address with \`${snippet(part, module)}\` in it`,
          evidence: 'named',
          step: { text: snippet(part, module), module, node: part, next: undefined },
        };
    }
    if (!isFunction(n)) stack.push(...childrenOf(n));
  }
  return undefined;
}

/** `token.toString()` and `encodeURIComponent(token)` are the token. */
function receiverName(call: TSESTree.CallExpression): string | undefined {
  const callee = unwrap(call.callee);
  if (callee.type === 'MemberExpression' && propertyName(callee) === 'toString')
    return dottedName(callee.object)?.split('.').at(-1);
  const first = call.arguments[0];
  return calleeName(call) === 'encodeURIComponent' && first ? dottedName(first)?.split('.').at(-1) : undefined;
}

/** What follows `/` or `=` in a text that is put together. */
function appended(node: Node): readonly Node[] {
  if (node.type === 'BinaryExpression' && node.operator === '+') {
    const left = unwrap(node.left);
    const before = left.type === 'BinaryExpression' ? unwrap(left.right) : left;
    return before.type === 'Literal' && typeof before.value === 'string' && /[/=]$/.test(before.value)
      ? [unwrap(node.right)]
      : [];
  }
  return node.type === 'TemplateLiteral'
    ? node.expressions.filter((_, i) => /[/=]$/.test(node.quasis[i]?.value.raw ?? '')).map((e) => unwrap(e))
    : [];
}
