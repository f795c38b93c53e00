import type { ShapeName } from '../knowledge/types.ts';
import type { ValueKind } from '../knowledge/value-kinds.ts';
import type { FunctionNode, Node, TSESTree } from './ast.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';

/** One step of a trace, from the sink towards the source: "`userId`" in this file at this node. */
export interface Step {
  readonly text: string;
  readonly module: Module;
  readonly node: Node;
  readonly next: Step | undefined;
}

/** Values of parameters and `this` in one evaluated call. */
export interface Env {
  readonly bindings: ReadonlyMap<Binding, Thunk>;
  readonly self: Value | undefined;
  readonly parent: Env | undefined;
  readonly depth: number;
}

/** A value that is computed when it is asked for. */
export type Thunk = () => Value;

interface Base {
  /** Way from the evaluated expression to here. */
  readonly step?: Step | undefined;
  /** Names of variables and properties it went through after its source, nearest to the source first. */
  readonly aliases?: readonly string[] | undefined;
}

/** A constant. */
export interface LiteralValue extends Base {
  readonly type: 'literal';
  readonly value: string | number | boolean | bigint | null | undefined;
}

/** One of several values (branches, callers, assignments). */
export interface JoinValue extends Base {
  readonly type: 'join';
  readonly members: readonly Value[];
}

/** An object literal, with what later statements add to it. */
export interface ObjectValue extends Base {
  readonly type: 'object';
  readonly node: Node;
  readonly module: Module;
  readonly props: ReadonlyMap<string, ObjectProperty>;
  /** Spread or copied-in objects that are not object literals themselves, and values under computed keys. */
  readonly rest: readonly ObjectRest[];
  /** Annotation of the variable or field that holds it; says what its members are where the literal does not. */
  readonly declared?: DeclaredType | undefined;
}

/** A property of an object value and where it is written. */
export interface ObjectProperty {
  readonly node: Node;
  readonly module: Module;
  readonly get: Thunk;
  /** The spread argument that brought it in. */
  readonly via?: Node;
}

/** A part of an object whose keys are not all known. */
export interface ObjectRest {
  readonly kind: 'spread' | 'computed';
  readonly node: Node;
  readonly module: Module;
  readonly key: Thunk | undefined;
  readonly get: Thunk;
}

/** An array literal, or an array of which only the element is known. */
export interface ArrayValue extends Base {
  readonly type: 'array';
  readonly items: readonly Thunk[];
  /** False: `items` stand for any element. */
  readonly exact: boolean;
}

/** A function of the workspace with the environment that it closes over. */
export interface FunctionValue extends Base {
  readonly type: 'function';
  readonly node: FunctionNode;
  readonly module: Module;
  readonly env: Env | undefined;
}

/** A class of the workspace. */
export interface ClassValue extends Base {
  readonly type: 'class';
  readonly node: TSESTree.ClassDeclaration | TSESTree.ClassExpression;
  readonly module: Module;
}

/** An instance of a class of the workspace; constructor arguments where the `new` was seen. */
export interface InstanceValue extends Base {
  readonly type: 'instance';
  readonly of: ClassValue;
  readonly args: readonly Thunk[] | undefined;
}

/** An object of a known library type. `origin` is the call or import that made it. */
export interface ShapeValue extends Base {
  readonly type: 'shape';
  readonly shape: ShapeName;
  readonly module: Module | undefined;
  readonly origin: Node | undefined;
  readonly env?: Env | undefined;
  /** `named`: only a conventional name says so (`req`, `logger`). */
  readonly evidence: 'proved' | 'typed' | 'named';
}

/** A member or call result of an unknown package: `['lodash', 'get']`. */
export interface ExternalValue extends Base {
  readonly type: 'external';
  readonly path: readonly string[];
}

/** A value of a known kind (request URL, error text …). */
export interface SourceValue extends Base {
  readonly type: 'source';
  readonly kind: ValueKind;
  /** Names of the access path, outermost first (`['req', 'headers', 'authorization']`). */
  readonly names: readonly string[];
  readonly evidence: 'proved' | 'typed' | 'named';
}

/** Text or number computed from other values; keeps what they are. */
export interface DerivedValue extends Base {
  readonly type: 'derived';
  /** `text`: concatenation, slices, serialisation · `number`: arithmetic · `protected`: hashed, masked · `key`: one of an object's keys · `entry`: a key with its value. */
  readonly how: 'text' | 'number' | 'protected' | 'part' | 'key' | 'entry';
  readonly of: readonly Value[];
  readonly name: string;
  /** Constant text before the first part of a template. */
  readonly prefix?: string;
}

/** A value that the code or a type limits to a number of values. */
export interface BoundedValue extends Base {
  readonly type: 'bounded';
  readonly count: number | undefined;
  readonly why: string;
  readonly evidence: 'proved' | 'typed';
  /** The members, where they are few and known. */
  readonly literals?: readonly string[] | undefined;
}

/** Nothing is known but names. */
export interface UnknownValue extends Base {
  readonly type: 'unknown';
  /** Access path as far as it is known, outermost first; type names may stand for parameters. */
  readonly names: readonly string[];
  readonly why: 'parameter' | 'call' | 'member' | 'global' | 'budget' | 'import' | 'syntax';
  /** Access path of the argument, where the value is a parameter of a function that is called in one way. */
  readonly given?: readonly string[] | undefined;
  /** The value is a function parameter, so that a wrapper can be derived. */
  readonly param?: Binding | undefined;
  /** Declared TypeScript type, where there is one, and the module that it stands in. */
  readonly declared?: DeclaredType | undefined;
}

/** A type annotation and where it is written. */
export interface DeclaredType {
  readonly node: TSESTree.TypeNode;
  readonly module: Module;
}

/** What an expression can be. */
export type Value =
  | LiteralValue
  | JoinValue
  | ObjectValue
  | ArrayValue
  | FunctionValue
  | ClassValue
  | InstanceValue
  | ShapeValue
  | ExternalValue
  | SourceValue
  | DerivedValue
  | BoundedValue
  | UnknownValue;

/** A literal value. */
export function literal(value: LiteralValue['value']): LiteralValue {
  return { type: 'literal', value };
}

/** An unknown value with the names that led to it. */
export function unknown(
  names: readonly string[],
  why: UnknownValue['why'],
  extra: { param?: Binding | undefined; declared?: DeclaredType | undefined } = {},
): UnknownValue {
  return { type: 'unknown', names, why, ...extra };
}

/** A bounded value. */
export function bounded(
  why: string,
  count?: number,
  literals?: readonly string[],
  evidence: BoundedValue['evidence'] = 'proved',
): BoundedValue {
  return { type: 'bounded', why, count, evidence, literals };
}

/** Members that a join keeps: more alternatives say nothing new, and nested joins would multiply. */
const MAX_MEMBERS = 24;

/** Join of values: flat, without doubles; one member stays itself. */
export function join(values: readonly Value[]): Value {
  const members = new Map<string | Value, Value>();
  for (const v of values) {
    if (v.type === 'join')
      for (const m of membersOf(v)) addMember(members, v.step && !m.step ? { ...m, step: v.step } : m);
    else addMember(members, v);
  }
  const [first] = members.values();
  return members.size === 1 && first ? first : { type: 'join', members: [...members.values()] };
}

function addMember(members: Map<string | Value, Value>, v: Value): void {
  const key = identityOf(v);
  if (members.size < MAX_MEMBERS && !members.has(key)) members.set(key, v);
}

/** Values with the same identity are the same alternative, whichever way they were reached. */
function identityOf(v: Value): string | Value {
  switch (v.type) {
    case 'literal':
      return `literal ${typeof v.value} ${String(v.value)}`;
    case 'unknown':
      return `unknown ${v.names.join('.')} ${v.aliases?.join(' ') ?? ''} ${v.declared ? 'typed' : ''}`;
    case 'source':
      return `source ${v.kind} ${v.names.join('.')}`;
    case 'bounded':
      return `bounded ${v.why} ${v.count ?? ''}`;
    case 'external':
      return `external ${v.path.join('.')}`;
    default:
      return v;
  }
}

/** The same value with one more trace step in front, and the variable or property name it went through. */
export function through(value: Value, step: Omit<Step, 'next'>, alias?: string): Value {
  return {
    ...value,
    step: { ...step, next: value.step },
    aliases: alias === undefined ? value.aliases : [...(value.aliases ?? []), alias],
  };
}

/** Members of a join with the names that the join went through. */
export function membersOf(value: JoinValue): readonly Value[] {
  const { aliases } = value;
  return aliases ? value.members.map((m) => ({ ...m, aliases: [...(m.aliases ?? []), ...aliases] })) : value.members;
}

/** Every alternative of a value. */
export function alternatives(value: Value): readonly Value[] {
  return value.type === 'join'
    ? membersOf(value).map((m) => (value.step && !m.step ? { ...m, step: value.step } : m))
    : [value];
}
