/**
 * Child process of the benchmark: lints all files of a folder once and prints what it took as one line of JSON.
 * Arguments: folder, file with one path per line, variant (`parse`, `plugin` or `stats`), plugin module.
 */
import { readFile } from 'node:fs/promises';
import { ESLint, type Linter } from 'eslint';
import { loadPlugin, PARSE_CONFIG, presetConfig } from '../corpus/lint.ts';
import type { FolderRun } from './measure.ts';

const [folder = '', listFile = '', variant = '', pluginFile = ''] = process.argv.slice(2);

const config: Linter.Config[] =
  variant === 'parse' ? [PARSE_CONFIG] : presetConfig(await loadPlugin(pluginFile), 'recommended');
const eslint = new ESLint({
  cwd: folder,
  overrideConfigFile: true,
  overrideConfig: config,
  allowInlineConfig: false,
  ignore: false,
  stats: variant === 'stats',
});
const files = (await readFile(listFile, 'utf8')).split('\n').filter((file) => file !== '');
await eslint.lintText('', { filePath: `${folder}/warm-up.ts` });

const run: FolderRun = { ms: 0, parseMs: 0, ruleMs: 0, findings: 0, broken: 0, peakRssMb: 0, files: [], processMs: 0 };
for (const file of files) {
  const text = await readFile(file, 'utf8');
  const started = performance.now();
  const [result] = await eslint.lintText(text, { filePath: file });
  const ms = performance.now() - started;
  run.ms += ms;
  const fatal = result?.messages.some((message) => message.fatal) ?? false;
  if (fatal) run.broken += 1;
  else run.findings += result?.messages.length ?? 0;
  if (variant !== 'stats') continue;
  let parseMs = 0;
  let ruleMs = 0;
  for (const pass of result?.stats?.times.passes ?? []) {
    parseMs += pass.parse?.total ?? 0;
    for (const { total } of Object.values(pass.rules ?? {})) ruleMs += total;
  }
  run.parseMs += parseMs;
  run.ruleMs += ruleMs;
  run.files.push({ file, bytes: Buffer.byteLength(text), ms: parseMs + ruleMs, ruleMs });
}
run.peakRssMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify(run));
