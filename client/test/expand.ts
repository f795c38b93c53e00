/** Every text that a snippet makes when its defaults are taken: one for each choice of its longest list. */
export function expand(body: string): string[] {
  const most = Math.max(
    1,
    ...[...body.matchAll(/\$\{\d+\|([^|]*)\|\}/g)].map(([, list = '']) => list.split(',').length),
  );
  return Array.from({ length: most }, (_, choice) => expandOnce(body, choice));
}

function expandOnce(body: string, choice: number): string {
  const defaults = new Map<string, string>();
  const filled = body.replace(
    /\$\{(\d+)(?::([^{}]*)|\|([^|]*)\|)\}/g,
    (_, stop: string, text: string | undefined, list: string | undefined) => {
      const choices = list?.split(',') ?? [];
      const value = text ?? choices[choice % choices.length] ?? '';
      defaults.set(stop, value);
      return value;
    },
  );
  return filled.replace(/\$(\d+)/g, (_, stop: string) => defaults.get(stop) ?? '');
}
