import { calleeName, dottedName, isFunction, propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { AcrossFiles } from './epoch.ts';
import type { Evaluator } from './evaluate.ts';
import { routeTexts } from './handler-facts.ts';
import type { Module } from './module.ts';
import { modulePath } from './nest-modules.ts';
import { isTestPath } from './propagation-coverage.ts';
import { joinAll, pathTexts, UNKNOWN_PART } from './route-paths.ts';

type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;

/** What the start of an application says about the paths of all its controllers. */
interface AppPaths {
  /** File that starts the application; undefined where none was found. */
  readonly main: string | undefined;
  readonly prefixes: readonly string[];
  /** Paths without the prefix; undefined where they cannot be told. */
  readonly excluded: readonly string[] | undefined;
  /** Text in front of a version in the path; undefined where versions are not part of it. */
  readonly versionPrefix: string | undefined;
  readonly defaultVersion: Node | undefined;
  readonly module: Module | undefined;
}

/** Paths of a method of a controller: prefix of the application, version, controller and method, as far as the framework has them. */
export function controllerPaths(
  ev: Evaluator,
  ctx: AnalysisContext,
  framework: string,
  method: TSESTree.MethodDefinition,
  own: readonly string[],
): readonly string[] {
  const classNode = method.parent.parent;
  const below = joinPaths(classPaths(ctx, classNode), own);
  const app = framework === '@nestjs/common' ? nestApp(ev, ctx) : undefined;
  if (!app) return below;
  const versions = app.versionPrefix === undefined ? [''] : versionsOf(ev, ctx, app, method);
  const paths = joinPaths(joinPaths(versions, [modulePath(ev, ctx, classNode)]), below);
  return paths.flatMap((path) => {
    if (app.excluded?.some((e) => isExcluded(path, e)) === true) return [path];
    return joinAll(app.excluded ? app.prefixes : [UNKNOWN_PART], [path]);
  });
}

/** Paths in the decorator of a class: of Nest, routing-controllers and tsoa. */
function classPaths(ctx: AnalysisContext, node: ClassNode): readonly string[] {
  const call = controllerDecorator(node);
  const first = call?.arguments[0];
  return routeTexts(ctx, first?.type === 'ObjectExpression' ? propertyOf(first, 'path') : first);
}

function controllerDecorator(node: ClassNode): TSESTree.CallExpression | undefined {
  return decoratorCall(node.decorators, /Controller$|^Route$/);
}

function decoratorCall(decorators: readonly TSESTree.Decorator[], name: RegExp): TSESTree.CallExpression | undefined {
  for (const { expression } of decorators) {
    const call = unwrap(expression);
    if (call.type === 'CallExpression' && name.test(calleeName(call) ?? '')) return call;
  }
  return undefined;
}

function propertyOf(node: TSESTree.ObjectExpression, name: string): Node | undefined {
  const p = node.properties.find((q) => q.type === 'Property' && propertyName(q) === name);
  return p?.type === 'Property' ? p.value : undefined;
}

function joinPaths(outer: readonly string[], inner: readonly string[]): readonly string[] {
  return outer.flatMap((o) =>
    inner.map((i) => {
      const path = [o, i]
        .flatMap((part) => part.split('/'))
        .filter((part) => part !== '')
        .join('/');
      return `/${path}`;
    }),
  );
}

/** `:x`, `*` and `(.*)` in an exclusion stand for anything: what follows them is not looked at. */
function isExcluded(path: string, excluded: string): boolean {
  const text = `/${excluded.replace(/^\//, '')}`;
  const [fixed = ''] = text.split(/[:*({]/);
  return fixed === text ? path === text.replace(/\/$/, '') : path.startsWith(fixed);
}

/** `v1` of `@Version('1')`, of the controller or of the application; nothing where a route is in all versions. */
function versionsOf(
  ev: Evaluator,
  ctx: AnalysisContext,
  app: AppPaths,
  method: TSESTree.MethodDefinition,
): readonly string[] {
  const classNode = method.parent.parent;
  const options = controllerDecorator(classNode)?.arguments[0];
  const own =
    decoratorCall(method.decorators, /^Version$/)?.arguments[0] ??
    decoratorCall(classNode.decorators, /^Version$/)?.arguments[0] ??
    (options?.type === 'ObjectExpression' ? propertyOf(options, 'version') : undefined);
  const node = own ?? app.defaultVersion;
  const home = own ? ctx.module : app.module;
  if (!node || !home || /(?:^|\.)VERSION_NEUTRAL$/.test(dottedName(node) ?? '')) return [''];
  return pathTexts(ev, node, home).map((v) => (v === UNKNOWN_PART ? v : `${app.versionPrefix ?? ''}${v}`));
}

const apps = new AcrossFiles<Evaluator, readonly AppPaths[]>();
const NO_PREFIX: Omit<AppPaths, 'main'> = {
  prefixes: [''],
  excluded: [],
  versionPrefix: undefined,
  defaultVersion: undefined,
  module: undefined,
};

/** The application of Nest that a controller belongs to: that of its package or, of several, that of its folder. */
function nestApp(ev: Evaluator, ctx: AnalysisContext): AppPaths | undefined {
  let list = apps.get(ev);
  if (!list) apps.set(ev, (list = [...findApps(ev, ctx)]));
  const { path } = ctx.module;
  const name = ctx.host.project(path).packageName;
  const near = list.filter((app) => app.main !== undefined && ctx.host.project(app.main).packageName === name);
  const around = near.length > 1 ? near.filter(({ main = '' }) => path.startsWith(folderOf(main))) : near;
  const [first, ...others] = around.length > 0 ? around : list;
  if (!first) return undefined;
  const isSame = others.every(
    (o) => o.prefixes.join() === first.prefixes.join() && o.versionPrefix === first.versionPrefix,
  );
  return isSame ? first : { ...NO_PREFIX, main: undefined, prefixes: [UNKNOWN_PART] };
}

function folderOf(path: string): string {
  return path.replace(/[^/\\]*$/, '');
}

/** Applications that are started, each with what is set in its own file or, for want of that, elsewhere in its package. */
function* findApps(ev: Evaluator, ctx: AnalysisContext): Iterable<AppPaths> {
  const { host } = ctx;
  const modules = (word: string): readonly Module[] =>
    host.mentioning([word]).flatMap((path) => (isTestPath(path, host) ? [] : (ctx.moduleAt(path) ?? [])));
  const mains = modules('NestFactory.create').map((m) => m.path);
  const set = new Map<string, Omit<AppPaths, 'main'>>();
  for (const module of new Set([...modules('.setGlobalPrefix('), ...modules('.enableVersioning(')]))
    set.set(module.path, settingsOf(ev, module));
  for (const main of mains) {
    const name = host.project(main).packageName;
    const shared = [...set].find(([path]) => !mains.includes(path) && host.project(path).packageName === name)?.[1];
    yield { main, ...(set.get(main) ?? shared ?? NO_PREFIX) };
  }
}

function settingsOf(ev: Evaluator, module: Module): Omit<AppPaths, 'main'> {
  let settings = { ...NO_PREFIX, module };
  for (const call of module.scopes.nodes('CallExpression')) {
    const name = calleeName(call);
    const [first, second] = call.arguments;
    if (name === 'setGlobalPrefix' && first) {
      const prefixes = isConditional(call) ? [UNKNOWN_PART] : pathTexts(ev, first, module);
      const isFirst = settings.prefixes === NO_PREFIX.prefixes;
      settings = {
        ...settings,
        prefixes: isFirst ? prefixes.map((p) => (p === UNKNOWN_PART ? p : `/${p.replace(/^\//, '')}`)) : [UNKNOWN_PART],
        excluded: second ? excludedBy(ev, second, module) : [],
      };
    } else if (name === 'enableVersioning') {
      const options = first && unwrap(first);
      const object = options?.type === 'ObjectExpression' ? options : undefined;
      const type = object && propertyOf(object, 'type');
      if (type && !/(?:^|\.)URI$/.test(dottedName(type) ?? '')) continue;
      const prefix = object && propertyOf(object, 'prefix');
      const text = prefix ? ev.ask(prefix, module) : undefined;
      settings = {
        ...settings,
        versionPrefix: !text ? 'v' : text.type === 'literal' && typeof text.value === 'string' ? text.value : '',
        defaultVersion: object && propertyOf(object, 'defaultVersion'),
      };
    }
  }
  return settings;
}

/** In a branch: what it depends on is not known. */
function isConditional(node: Node): boolean {
  for (let n = node.parent; n && !isFunction(n); n = n.parent)
    if (n.type === 'IfStatement' || n.type === 'ConditionalExpression' || n.type === 'LogicalExpression') return true;
  return false;
}

/** `{ exclude: ['health', { path: 'metrics', method }, METRICS_PATH.slice(1)] }`. */
function excludedBy(ev: Evaluator, options: Node, module: Module): readonly string[] | undefined {
  const value = ev.ask(options, module);
  if (value.type !== 'object' || value.rest.length > 0) return undefined;
  const property = value.props.get('exclude');
  if (!property) return [];
  const list = property.node.type === 'Property' ? unwrap(property.node.value) : undefined;
  if (list?.type !== 'ArrayExpression') return undefined;
  const texts = list.elements.map((element) => element && excludedPath(ev, element, property.module));
  return texts.every((text) => typeof text === 'string') ? texts : undefined;
}

function excludedPath(ev: Evaluator, element: Node, module: Module): string | undefined {
  const value = ev.ask(element, module);
  const path = value.type === 'object' ? value.props.get('path')?.get() : value;
  if (path?.type === 'literal' && typeof path.value === 'string') return path.value;
  // A method of a text that is called here takes its slash away: exclusions have none.
  const node = unwrap(element);
  const callee = node.type === 'CallExpression' ? unwrap(node.callee) : undefined;
  return callee?.type === 'MemberExpression' ? excludedPath(ev, callee.object, module) : undefined;
}
