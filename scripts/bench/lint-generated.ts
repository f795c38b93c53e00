/** Child process of the benchmark: lints a generated file and prints rule time and whole time as one line of JSON. Arguments: shape, lines, plugin module. */
import { ESLint } from 'eslint';
import { loadPlugin, presetConfig } from '../corpus/lint.ts';
import { manyFunctions, oneFunction } from './generated-source.ts';

const SHAPES = { manyFunctions, oneFunction };
const [shape = '', lines = '', pluginFile = ''] = process.argv.slice(2);
const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: presetConfig(await loadPlugin(pluginFile), 'recommended'),
  ignore: false,
  stats: true,
});
const generate = SHAPES[shape as keyof typeof SHAPES];
await eslint.lintText(generate(2000), { filePath: 'warm-up.ts' });
const started = performance.now();
const [result] = await eslint.lintText(generate(Number(lines)), { filePath: 'generated.ts' });
const ms = performance.now() - started;
const fatal = result?.messages.find((message) => message.fatal);
if (fatal) throw new Error(`The generated file does not parse: ${fatal.message} (line ${fatal.line}).`);
let ruleMs = 0;
for (const pass of result?.stats?.times.passes ?? []) {
  for (const { total } of Object.values(pass.rules ?? {})) ruleMs += total;
}
console.log(JSON.stringify({ ms, ruleMs, findings: result?.messages.length ?? 0 }));
