import { runLoop } from './loop.ts';
import { paint, print, wrap } from './output.ts';
import { findProgram, startPrometheus } from './prometheus.ts';
import { printLoop, problemsOf } from './report.ts';

/** Runs the fixed example under load and tells what happens; true when everything holds that should. */
export async function showLoop(): Promise<boolean> {
  const started = performance.now();
  const program = findProgram('prometheus');
  if (program === undefined) {
    print('', ...wrap('Prometheus is not installed.', paint('yellow', '! ')));
    return false;
  }
  print(
    '',
    paint('bold', 'The fixed service, running (examples/shop-fixed)'),
    ...wrap(
      'On loopback, with stand-ins: SQLite for PostgreSQL, memory for Redis and BullMQ, and a collector and a ' +
        'payment provider that break when the demo wants them to.',
      '  ',
    ),
    '',
  );
  const result = await runLoop({
    watch: (target) => startPrometheus(program, target),
    say: (seconds, what) => {
      print(...wrap(what, paint('dim', `${seconds.toFixed(0).padStart(4)} s  `), ' '.repeat(8)));
    },
  });
  printLoop(result);
  const problems = problemsOf(result);
  print('', ...problems.map((problem) => paint('red', `  ✘ ${problem}`)));
  if (problems.length === 0) {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    print(paint('green', `✔ Every expected alert, a whole trace, bounded labels and no span lost, in ${seconds} s.`));
  }
  return problems.length === 0;
}
