import { bundles, coverage, mainBundle, type BrokerCoverage } from '../knowledge/instrumentations.ts';
import { AcrossFiles } from './epoch.ts';
import { nestTransports } from '../knowledge/libraries/brokers.ts';
import { propertyName, unwrap, walk, type Node, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { ModuleHost } from './host.ts';
import type { Module } from './module.ts';

const TRACING_PACKAGE =
  /^@opentelemetry\/(?:api$|sdk-node|sdk-trace|auto-instrumentations-node|instrumentation|exporter-trace|context-|node$)/;
const TEST_PATH =
  /(?:^|\/)(?:__tests__|__mocks__|tests?|e2e|spec|fixtures|benchmarks?|examples?\/test)\/|\.(?:test|spec|e2e|e2e-spec|bench|stories)\.[cm]?[jt]sx?$/;
const MAX_FILES = 60;

/** True for files that hold tests or their helpers. */
export function isTestPath(path: string, { root }: ModuleHost): boolean {
  return TEST_PATH.test(root !== undefined && path.startsWith(root) ? path.slice(root.length) : path);
}

/** True for files that run in a browser: components, and files that say so. */
export function isBrowserFile(module: Module): boolean {
  if (/\.[jt]sx$/.test(module.path)) return true;
  const first = module.ast.body[0];
  if (
    first?.type === 'ExpressionStatement' &&
    first.expression.type === 'Literal' &&
    first.expression.value === 'use client'
  )
    return true;
  return module.scopes
    .nodes('ImportDeclaration')
    .some((i) =>
      /^(?:react-dom|react-native|@opentelemetry\/sdk-trace-web|@angular\/core|svelte|vue)(?:\/|$)/.test(
        i.source.value,
      ),
    );
}

/** A package depends on the one that a file is in: by its name, or by its folder (`"Common": "file:../Common"`). */
export function dependsOn(
  dependencies: ReadonlyMap<string, string>,
  packageName: string | undefined,
  path: string,
): boolean {
  if (packageName === undefined || dependencies.has(packageName)) return true;
  for (const version of dependencies.values()) {
    const folder = /^(?:file|link|portal):(?:\.{0,2}\/)*(.+?)\/?$/.exec(version)?.[1];
    if (folder !== undefined && path.includes(`/${folder}/`)) return true;
  }
  return false;
}

interface ProjectState {
  readonly uses: boolean;
  readonly registers: boolean;
  readonly brokers: Map<string, boolean>;
  readonly words: Map<string, readonly Module[]>;
  /** Package → "this package, or one that it is connected with, traces". */
  readonly related: Map<string, boolean>;
  /** Names of the packages whose files mention OpenTelemetry, and what those packages depend on. */
  tracingPackages: { readonly names: ReadonlySet<string>; readonly dependencies: ReadonlySet<string> } | undefined;
  transports: ReadonlyMap<string, readonly string[]> | undefined;
}

const states = new AcrossFiles<ModuleHost, ProjectState>();

/** Words that show that an SDK is set up by the code of the workspace. */
const REGISTRATIONS: readonly (readonly string[])[] = [
  ['NodeSDK'],
  ['registerInstrumentations'],
  ['TracerProvider('],
  ['instrumentations:', '@opentelemetry/'],
];

/** Whether the project traces with OpenTelemetry, and which brokers are covered by an instrumentation. */
export class TracingProject {
  private readonly ctx: AnalysisContext;
  private readonly state: ProjectState;

  constructor(ctx: AnalysisContext) {
    this.ctx = ctx;
    let state = states.get(ctx.host);
    if (!state) {
      const known = ctx.host.mentioning(['@opentelemetry/']).filter((p) => !isTestPath(p, ctx.host));
      state = {
        uses: known.length > 0,
        registers: REGISTRATIONS.some((words) => ctx.host.mentioning(words).some((p) => !isTestPath(p, ctx.host))),
        brokers: new Map(),
        words: new Map(),
        related: new Map(),
        tracingPackages: undefined,
        transports: undefined,
      };
      // Nothing known about other files: the answers below depend on this file alone.
      if (known.length > 0) states.set(ctx.host, state);
    }
    this.state = state;
  }

  /** OpenTelemetry tracing is in use around this file. */
  uses(): boolean {
    for (const name of this.dependencies().keys()) if (TRACING_PACKAGE.test(name)) return true;
    if (importSources(this.ctx.module).some((s) => TRACING_PACKAGE.test(s))) return true;
    return this.state.uses && this.isRelated();
  }

  /**
   * The file's package belongs to the same system as a package that traces: the same scope,
   * or one uses the other, or a package that uses it traces. Unrelated programs of one repository do not share traces.
   */
  private isRelated(): boolean {
    const { host } = this.ctx;
    const own = host.project(this.ctx.module.path);
    const name = own.packageName;
    if (name === undefined) return true;
    let related = this.state.related.get(name);
    if (related === undefined) {
      const { names, dependencies } = this.tracingPackages();
      const scope = /^@[^/]+\//.exec(name)?.[0];
      const dependsOnTracing = (d: ReadonlyMap<string, string>): boolean =>
        [...d.keys()].some((k) => names.has(k) || TRACING_PACKAGE.test(k));
      related =
        names.has(name) ||
        dependencies.has(name) ||
        (scope !== undefined && [...names].some((n) => n.startsWith(scope))) ||
        dependsOnTracing(own.dependencies) ||
        this.modulesWith([name]).some((m) => dependsOnTracing(host.project(m.path).dependencies));
      this.state.related.set(name, related);
    }
    return related;
  }

  private tracingPackages(): NonNullable<ProjectState['tracingPackages']> {
    if (!this.state.tracingPackages) {
      const names = new Set<string>();
      const dependencies = new Set<string>();
      for (const path of this.ctx.host.mentioning(['@opentelemetry/'])) {
        if (isTestPath(path, this.ctx.host)) continue;
        const project = this.ctx.host.project(path);
        if (project.packageName !== undefined) names.add(project.packageName);
        for (const d of project.dependencies.keys()) dependencies.add(d);
      }
      this.state.tracingPackages = { names, dependencies };
    }
    return this.state.tracingPackages;
  }

  /** An instrumentation, an agent or the settings carry context through this broker. */
  covers(broker: string): boolean {
    const { instrumented } = this.ctx.settings;
    if (instrumented.includes(broker)) return true;
    const facts = coverage[broker];
    if (!facts) return false;
    if (facts.instrumentations.some((p) => instrumented.includes(p))) return true;
    const known = this.state.brokers.get(broker);
    if (known !== undefined) return known || this.byDependencies(facts);
    const covered = this.byCode(facts, () => true) !== undefined;
    this.state.brokers.set(broker, covered);
    return covered || this.byDependencies(facts);
  }

  /**
   * Package that is registered, in sight, for what the table says: by the code of the same package or of one that it
   * depends on, by an agent among its dependencies, or by a bundle that no code mentions.
   */
  registration(facts: BrokerCoverage): string | undefined {
    const { instrumented } = this.ctx.settings;
    const own = this.ctx.host.project(this.ctx.module.path);
    const isNear = (m: Module): boolean => {
      const { packageName } = this.ctx.host.project(m.path);
      return packageName === own.packageName || dependsOn(own.dependencies, packageName, m.path);
    };
    const bundle = bundles.find((b) => own.dependencies.has(b));
    return (
      facts.instrumentations.find((p) => instrumented.includes(p)) ??
      this.byCode(facts, isNear) ??
      facts.agents?.find((a) => own.dependencies.has(a)) ??
      (bundle !== undefined && this.modulesWith([bundle]).length === 0 && bundled(facts, own.dependencies)
        ? bundle
        : undefined)
    );
  }

  /** Packages that may carry the messages of Nest microservices here. */
  nestBrokers(): readonly string[] {
    const host = this.ctx.host;
    if (!this.state.transports) {
      const transports = new Map<string, string[]>();
      for (const module of [...this.modulesWith(['Transport.', '@nestjs/microservices']), this.ctx.module]) {
        const name = host.project(module.path).packageName ?? '';
        for (const member of module.scopes.nodes('MemberExpression')) {
          if (member.object.type !== 'Identifier' || member.object.name !== 'Transport') continue;
          const broker = nestTransports[propertyName(member) ?? ''];
          if (broker !== undefined) transports.set(name, [...(transports.get(name) ?? []), broker]);
        }
      }
      this.state.transports = transports;
    }
    const own = this.state.transports.get(host.project(this.ctx.module.path).packageName ?? '');
    if (own) return own;
    const all = [...this.state.transports.values()].flat();
    if (all.length > 0) return all;
    const dependencies = this.dependencies();
    return ['nats', 'kafkajs', 'amqplib', 'mqtt'].filter((p) => dependencies.has(p));
  }

  /** Modules of the workspace, tests left out, that contain every word. */
  modulesWith(words: readonly string[]): readonly Module[] {
    const key = words.join(' ');
    let modules = this.state.words.get(key);
    if (!modules) {
      const paths = this.ctx.host.mentioning(words).filter((p) => !isTestPath(p, this.ctx.host));
      modules = paths.slice(0, MAX_FILES).flatMap((p) => this.ctx.moduleAt(p) ?? []);
      this.state.words.set(key, modules);
    }
    // The file under analysis may be newer than what the host found, or the host may look at no other file.
    const { module } = this.ctx;
    const isOwnNew = words.every((w) => module.text.includes(w)) && !modules.some((m) => m.path === module.path);
    return isOwnNew ? [...modules, module] : modules;
  }

  private dependencies(): ReadonlyMap<string, string> {
    return this.ctx.host.project(this.ctx.module.path).dependencies;
  }

  private byDependencies(facts: BrokerCoverage): boolean {
    const dependencies = this.dependencies();
    if (facts.agents?.some((a) => dependencies.has(a))) return true;
    if (!facts.bundledSince) return false;
    const bundle = bundles.find((b) => dependencies.has(b));
    // Declared and never mentioned: loaded through NODE_OPTIONS or the command line.
    if (bundle !== undefined && this.modulesWith([bundle]).length === 0) return bundled(facts, dependencies);
    // No set-up in sight: whoever starts the process may register the whole bundle.
    return !this.state.registers;
  }

  /** The package whose use in code carries context. */
  private byCode(facts: BrokerCoverage, isNear: (m: Module) => boolean): string | undefined {
    const near = (words: readonly string[]): readonly Module[] => this.modulesWith(words).filter(isNear);
    for (const name of facts.instrumentations) if (near([name]).some((m) => constructs(m, name))) return name;
    for (const a of facts.agents ?? []) if (near([a]).some((m) => importSources(m).includes(a))) return a;
    const { ownOption } = facts;
    if (ownOption !== undefined && near([`${ownOption}:`]).some((m) => setsOption(m, ownOption, facts)))
      return ownOption;
    if (!facts.bundledSince) return undefined;
    return bundles.find((b) =>
      near([b]).some((m) => registersBundle(m, b, facts, this.ctx.host.project(m.path).dependencies)),
    );
  }
}

/** The file uses OpenTelemetry, or a file of the workspace that does (a module with helpers for spans). */
export function tracesHere({ module, host, moduleAt }: AnalysisContext): boolean {
  const uses = (sources: readonly string[]): boolean => sources.some((s) => s.startsWith('@opentelemetry/'));
  const own = importSources(module);
  return (
    uses(own) ||
    own.some((s) => {
      const path = host.resolve(s, module.path);
      const imported = path === undefined ? undefined : moduleAt(path);
      return imported !== undefined && uses(importSources(imported));
    })
  );
}

/** Specifiers of every import, require and dynamic import of a module. */
function importSources(module: Module): readonly string[] {
  const sources = module.scopes
    .nodes('ImportDeclaration')
    .filter((i) => i.importKind !== 'type')
    .map((i) => i.source.value);
  for (const call of module.scopes.nodes('CallExpression')) {
    const source = requireSource(call);
    if (source !== undefined) sources.push(source);
  }
  for (const i of module.scopes.nodes('ImportExpression'))
    if (i.source.type === 'Literal' && typeof i.source.value === 'string') sources.push(i.source.value);
  return sources;
}

/** Specifier of `require('x')` and helpers like it (`optionalRequire('x')`). */
function requireSource(call: TSESTree.CallExpression): string | undefined {
  const callee = unwrap(call.callee);
  const name = callee.type === 'Identifier' ? callee.name : undefined;
  const first = call.arguments[0];
  return name !== undefined && /require/i.test(name) && first?.type === 'Literal' && typeof first.value === 'string'
    ? first.value
    : undefined;
}

/** The module makes an object (`new X()`) from a package that it imports; unknown ways of loading count. */
function constructs(module: Module, source: string): boolean {
  const imports = module.scopes.nodes('ImportDeclaration').filter((i) => i.source.value === source);
  const locals = imports.flatMap((i) => i.specifiers.map((s) => s.local));
  for (const local of locals) {
    const binding = module.scopes.resolve(local) ?? module.scopes.lookup(local.name, local);
    if (binding && module.scopes.references(binding).some((r) => isConstructed(r))) return true;
  }
  if (imports.length > 0) return false;
  return importSources(module).includes(source);
}

function isConstructed(reference: Node): boolean {
  let n: Node | undefined = reference;
  while (n?.parent?.type === 'MemberExpression' && n.parent.object === n) n = n.parent;
  const parent = n?.parent;
  if ((parent?.type === 'NewExpression' || parent?.type === 'CallExpression') && parent.callee === n) return true;
  // `instrumentations: [KafkaJsInstrumentation]`, `register(KafkaJsInstrumentation)`
  return (
    parent?.type === 'ArrayExpression' ||
    (parent?.type === 'CallExpression' && n !== undefined && parent.arguments.includes(n as TSESTree.Expression))
  );
}

/** `telemetry: …` in the options of a queue or worker, `enableOpenTelemetryTracing: true`. */
function setsOption(module: Module, option: string, facts: BrokerCoverage): boolean {
  const library = facts.ownOption === 'telemetry' ? /bullmq|bullmq-otel/ : /@google-cloud\/pubsub/;
  if (!library.test(module.text)) return false;
  return module.scopes.nodes('Property').some((p) => {
    if (propertyName(p) !== option) return false;
    const value = unwrap(p.value);
    return (
      !(value.type === 'Literal' && (value.value === false || value.value === null)) &&
      !(value.type === 'Identifier' && value.name === 'undefined')
    );
  });
}

/** The bundle is registered in this module, is new enough, and the broker's part of it is not switched off. */
function registersBundle(
  module: Module,
  bundle: string,
  facts: BrokerCoverage,
  dependencies: ReadonlyMap<string, string>,
): boolean {
  const sources = importSources(module).filter((s) => s === bundle || s.startsWith(`${bundle}/`));
  if (sources.length === 0 || !bundled(facts, dependencies)) return false;
  let calls = 0;
  let on = 0;
  for (const call of module.scopes.nodes('CallExpression')) {
    const callee = unwrap(call.callee);
    const name = callee.type === 'Identifier' ? callee.name : propertyName(callee);
    if (name !== 'getNodeAutoInstrumentations') continue;
    calls++;
    if (!isDisabled(call.arguments[0], facts.bundleKey ?? '', module)) on++;
  }
  // `import '…/register'`, a distribution, or the function handed on: registered somehow.
  return calls === 0 || on > 0;
}

function isDisabled(config: Node | undefined, key: string, module: Module): boolean {
  if (!config || key === '') return false;
  let n = unwrap(config);
  if (n.type === 'Identifier') {
    const binding = module.scopes.resolve(n);
    const init = binding?.declaration.type === 'VariableDeclarator' ? binding.declaration.init : undefined;
    if (!init) return false;
    n = unwrap(init);
  }
  let disabled = false;
  walk(n, (node) => {
    if (node.type !== 'Property' || propertyName(node) !== key) return undefined;
    walk(node.value, (inner) => {
      if (
        inner.type === 'Property' &&
        propertyName(inner) === 'enabled' &&
        inner.value.type === 'Literal' &&
        inner.value.value === false
      )
        disabled = true;
      return undefined;
    });
    return false;
  });
  return disabled;
}

/** The declared version of the bundle contains the broker's instrumentation; an unreadable version counts as new. */
function bundled(facts: BrokerCoverage, dependencies: ReadonlyMap<string, string>): boolean {
  if (!facts.bundledSince) return false;
  const version = /(\d+)\.(\d+)/.exec(dependencies.get(mainBundle) ?? '');
  if (!version) return true;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > facts.bundledSince[0] || (major === facts.bundledSince[0] && minor >= facts.bundledSince[1]);
}
