import { systemClock } from './clock.ts';
import { warn } from './diagnostics.ts';

/** One step of a shutdown; it gets the time that is left, in milliseconds. */
export interface ShutdownStep {
  readonly name: string;
  run(leftMs: number): Promise<unknown> | undefined;
}

/** Runs the steps one after the other within a deadline; a step that fails or hangs is told of and passed over. */
export async function runShutdown(steps: readonly ShutdownStep[], timeoutMs: number): Promise<void> {
  const endsAt = systemClock.now() + timeoutMs;
  for (const step of steps) {
    const leftMs = Math.max(0, endsAt - systemClock.now());
    let timer: unknown;
    const deadline = new Promise<string>((resolve) => {
      timer = systemClock.after(
        leftMs,
        () => {
          resolve('did not finish within the deadline');
        },
        true,
      );
    });
    const work = Promise.resolve()
      .then(() => step.run(leftMs))
      .then(
        () => '',
        (error: unknown) => `failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    const problem = await Promise.race([work, deadline]);
    systemClock.clear(timer);
    if (problem !== '') warn('TELINT_SHUTDOWN_INCOMPLETE', `Shutdown of tracing: ${step.name} ${problem}.`, step.name);
  }
}

/**
 * Ends telemetry with the process. A signal that nobody else handles: shut down, then raise it again, so that the exit code is
 * that of the signal. A signal that the service handles: only flush, because requests are still being finished, and shut
 * down when the event loop is empty. Returns the function that takes the listeners away.
 */
export function handleSignals(actions: { shutdown(): Promise<void>; flush(): Promise<void> }): () => void {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const remove = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('beforeExit', onExit);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    process.off(signal, onSignal);
    if (process.listenerCount(signal) > 0) {
      void actions.flush();
      return;
    }
    remove();
    void actions.shutdown().then(() => {
      process.kill(process.pid, signal);
    });
  };
  const onExit = (): void => {
    remove();
    void actions.shutdown();
  };
  for (const signal of signals) process.on(signal, onSignal);
  process.on('beforeExit', onExit);
  return remove;
}
