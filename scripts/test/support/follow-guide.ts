import { expect } from 'vitest';
import { findProgram } from '../../lib/programs.ts';
import { instrumentActions } from '../../../server/src/instrument/index.ts';
import { applyEdits } from '../../../server/test/instrument/support/apply.ts';
import { missingLines, type GuideBlock } from './guide-blocks.ts';
import type { GuideProject } from './guide-project.ts';

/** What the quick fixes of a span and a counter make of the first exported function of a file. */
function afterQuickFixes(project: GuideProject, file: string): string {
  const { dependencies, name } = JSON.parse(project.read('package.json')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly name: string;
  };
  let text = project.read(file);
  for (const kind of ['span', 'counter']) {
    const start = text.indexOf('(', text.indexOf('export async function')) - 1;
    const action = instrumentActions(
      { path: `/service/${file}`, text },
      { start, end: start },
      { flavour: 'runtime', project: { dependencies: new Map(Object.entries(dependencies)), packageName: name } },
    ).find((found) => found.kind.endsWith(kind));
    if (!action) throw new Error(`There is no quick fix for a ${kind}.`);
    text = applyEdits(text, action.edits());
  }
  return text;
}

/** Flags of blocks that need a server or tool of Prometheus, and the program. */
const PROGRAMS = [
  ['promtool', 'promtool'],
  ['prometheus', 'prometheus'],
  ['alertmanager', 'amtool'],
] as const;

/** Does what a guide says, block by block, and compares what it shows. Returns how many blocks were tried. */
export async function followGuide(page: string, blocks: readonly GuideBlock[], project: GuideProject): Promise<number> {
  let output = '';
  let isSkipped = false;
  let tried = 0;
  for (const block of blocks) {
    const { language, flags, file, text } = block;
    const at = `${page}:${String(block.line)}`;
    if (language === 'diff' && file !== undefined) {
      project.patch(file, text);
    } else if (file !== undefined) {
      if (flags.includes('quick-fix')) expect(afterQuickFixes(project, file), at).toBe(text);
      project.write(file, text);
    } else if (language === 'sh' && flags.includes('server')) {
      await project.serve(text.trim());
    } else if (language === 'sh') {
      const needed = PROGRAMS.find(([flag]) => flags.includes(flag))?.[1];
      const isThere = needed === undefined || findProgram(needed) !== undefined;
      // In continuous integration all programs are there, and the absence of one is a failure.
      isSkipped = !isThere && process.env['TELINT_REQUIRE_SERVICES'] !== '1';
      if (isSkipped) {
        console.log(`SKIPPED: ${at} needs ${String(needed)}, not installed here.`);
      } else {
        const run = project.run(text);
        output = run.output;
        expect(run.status, `${at}\n${output}`).toBe(flags.includes('exit=1') ? 1 : 0);
      }
    } else if (language === 'text' && flags.includes('server')) {
      expect(await project.printed((printed) => missingLines(text, printed)), at).toEqual([]);
    } else if (language === 'text' && !flags.includes('query')) {
      if (!isSkipped) expect(missingLines(text, output), `${at}\n${output}`).toEqual([]);
    } else {
      continue;
    }
    tried++;
  }
  return tried;
}
