import { instrumentActions } from '../../../src/instrument/index.ts';
import { applyEdits } from './apply.ts';

/** What an example of the document becomes; `recipe` is `<action>[+<flavour or library>] <text at the cursor>`. */
export function exampleAfter(recipe: string, language: string, text: string): string {
  const [action = '', place = ''] = recipe.split(' ');
  const [kind = '', option] = action.split('+');
  const at = text.indexOf(place);
  const dependencies = option === 'otel' ? ['@opentelemetry/api'] : ['@opentelemetry/api', 'prom-client'];
  const found = instrumentActions(
    { path: `/shop/src/orders.${language}`, text },
    { start: at, end: at },
    {
      flavour: option === 'runtime' ? 'runtime' : 'opentelemetry',
      project: { dependencies: new Map(dependencies.map((d) => [d, '*'])), packageName: 'shop' },
    },
  ).find((a) => a.kind.endsWith(kind));
  if (at < 0 || !found) throw new Error(`no action for ${recipe}`);
  return applyEdits(text, found.edits());
}
