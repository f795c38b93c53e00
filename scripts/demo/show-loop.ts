import { runLoop } from './loop.ts';
import { paint, print, wrap } from './output.ts';
import { findProgram } from '../lib/programs.ts';
import { startPrometheus, withoutPrometheus } from './prometheus.ts';
import { printLoop, problemsOf } from './report.ts';

/** Runs the fixed example under load and tells what happens; true where everything holds that could be looked at. */
export async function showLoop(): Promise<boolean> {
  const started = performance.now();
  const program = findProgram('prometheus');
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
    watch: (target) => (program === undefined ? withoutPrometheus(target) : startPrometheus(program, target)),
    say: (seconds, what) => {
      print(...wrap(what, paint('dim', `${seconds.toFixed(0).padStart(4)} s  `), ' '.repeat(8)));
    },
  });
  printLoop(result);
  const problems = problemsOf(result);
  print('', ...problems.map((problem) => paint('red', `  ✘ ${problem}`)));
  if (problems.length > 0) return false;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (!result.evaluates) {
    print(
      paint('green', `✔ A whole trace, bounded labels and no span lost, in ${seconds} s.`),
      ...wrap('Alerts were not evaluated: Prometheus is not installed (Debian: apt install prometheus).', '! '),
    );
    return true;
  }
  print(paint('green', `✔ Every expected alert, a whole trace, bounded labels and no span lost, in ${seconds} s.`));
  return true;
}
