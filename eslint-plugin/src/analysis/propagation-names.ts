import { rangeOf, type Node } from './ast.ts';
import { specifierName, type Module } from './module.ts';

const API = '@opentelemetry/api';

/** How a name of the OpenTelemetry API is written in a file, and what must be imported for it. */
export interface ApiNames {
  readonly context: string;
  readonly propagation: string;
  readonly trace: string;
  /** `trace` must be imported too, by edits that use it. */
  readonly traceMissing: boolean;
  readonly spanKindMissing: boolean;
  /** `local` of every name that is not imported yet. */
  readonly missing: readonly { readonly name: string; readonly local: string }[];
  /** End of the last specifier of an existing import of the API. */
  readonly importAt: number | undefined;
  readonly commonJs: boolean;
  readonly typescript: boolean;
}

/** Names of the API at a node: what is imported, or free names, or aliases where a local variable has the name. */
export function apiNames(module: Module, at: Node): ApiNames {
  const missing: { name: string; local: string }[] = [];
  const imports = module.scopes.nodes('ImportDeclaration');
  const own = imports.find(
    (i) => i.source.value === API && i.importKind !== 'type' && i.specifiers.some((s) => s.type === 'ImportSpecifier'),
  );
  const nameOf = (name: string): string => {
    for (const i of imports) {
      if (i.source.value !== API || i.importKind === 'type') continue;
      for (const s of i.specifiers) {
        const isSame =
          s.type === 'ImportSpecifier' ? specifierName(s.imported) === name && s.importKind !== 'type' : true;
        if (isSame && module.scopes.lookup(s.local.name, at)?.id === s.local)
          return s.type === 'ImportSpecifier' ? s.local.name : `${s.local.name}.${name}`;
      }
    }
    const bound = module.scopes.lookup(name, at);
    const destructured =
      bound?.declaration.type === 'VariableDeclarator' &&
      bound.declaration.init &&
      /require\(['"]@opentelemetry\/api['"]\)/.test(module.text.slice(...rangeOf(bound.declaration.init)));
    if (destructured) return name;
    const local =
      bound || module.scopes.root.bindings.has(name) ? `otel${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
    missing.push({ name, local });
    return local;
  };
  const context = nameOf('context');
  const propagation = nameOf('propagation');
  const before = missing.length;
  const trace = nameOf('trace');
  // Only the variant with a link needs `trace`.
  const needed = missing.slice(0, before);
  const last = own?.specifiers.at(-1);
  return {
    context,
    propagation,
    trace,
    traceMissing: missing.length > before,
    spanKindMissing: !module.scopes.root.bindings.has('SpanKind'),
    missing: needed,
    importAt: last ? rangeOf(last)[1] : undefined,
    commonJs: imports.length === 0 && /\brequire\(/.test(module.text),
    typescript: /\.[cm]?tsx?$/.test(module.path),
  };
}
