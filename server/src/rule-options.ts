import { nearest } from './nearest.ts';

/** Schema of one option of a rule, as far as the rules have any: objects of switches, choices and lists of texts. */
interface OptionSchema {
  readonly properties?: Readonly<Record<string, PropertySchema>>;
}

interface PropertySchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
}

/** What is wrong with the options of a rule; undefined where they fit its schema. */
export function optionsMistake(
  schema: readonly Readonly<Record<string, unknown>>[],
  options: readonly unknown[],
): string | undefined {
  if (options.length > schema.length)
    return schema.length === 0
      ? 'takes no options'
      : `takes ${schema.length === 1 ? 'one object' : 'fewer objects'} of options`;
  for (const [i, option] of options.entries()) {
    const mistake = objectMistake((schema[i] as OptionSchema | undefined)?.properties ?? {}, option);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function objectMistake(known: Readonly<Record<string, PropertySchema>>, option: unknown): string | undefined {
  const names = Object.keys(known);
  if (typeof option !== 'object' || option === null || Array.isArray(option))
    return `takes an object of options: ${names.join(', ')}`;
  for (const [name, value] of Object.entries(option)) {
    const schema = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!schema) {
      const similar = nearest(name, names);
      return `has no option "${name}". ${similar === undefined ? `Known options: ${names.join(', ')}` : `Did you mean "${similar}"?`}`;
    }
    const expected = valueMistake(schema, value);
    if (expected !== undefined) return `: "${name}" must be ${expected}`;
  }
  return undefined;
}

function valueMistake(schema: PropertySchema, value: unknown): string | undefined {
  if (schema.enum)
    return schema.enum.includes(value) ? undefined : `one of ${schema.enum.map((v) => JSON.stringify(v)).join(', ')}`;
  if (schema.type === 'boolean') return typeof value === 'boolean' ? undefined : 'true or false';
  if (schema.type === 'array')
    return Array.isArray(value) && value.every((v) => typeof v === 'string') ? undefined : 'an array of texts';
  return undefined;
}
