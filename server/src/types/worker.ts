import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type * as native from '@typescript/native/async';
import type { BackEnd, WorkerReply, WorkerRequest, WorkerStart } from './batch.ts';
import { ClassicTypes } from './classic.ts';
import { NativeTypes } from './native.ts';

if (parentPort) serve(parentPort, workerData as WorkerStart);

/** Answers batches one after the other; TypeScript is loaded for the first one. */
function serve(port: MessagePort, start: WorkerStart): void {
  const cancelled = new Int32Array(start.cancelled);
  const reply = (message: WorkerReply): void => {
    port.postMessage(message);
  };
  const children = new Set<ChildProcess>();
  // Who ends this thread has to know what else to end.
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess };
    child.once('spawn', () => {
      const { pid } = child;
      if (pid === undefined) return;
      children.add(child);
      reply({ child: pid, isAlive: true });
      child.once('exit', () => {
        children.delete(child);
        reply({ child: pid, isAlive: false });
      });
    });
  });
  const end = async (): Promise<void> => {
    await Promise.all(
      [...children].map((child) => {
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        return exit;
      }),
    );
    process.exit();
  };
  let backEnd: Promise<BackEnd> | undefined;
  let last = Promise.resolve();
  const answer = async ({ id, batch }: Extract<WorkerRequest, { readonly id: number }>): Promise<void> => {
    try {
      const opened = await (backEnd ??= open(start));
      reply({ id, answers: await opened.ask(batch, () => Atomics.load(cancelled, 0) >= id) });
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  };
  port.on('message', (request: WorkerRequest) => {
    if ('end' in request) void end();
    else last = last.then(() => answer(request));
  });
}

async function open({ installation, cwd }: WorkerStart): Promise<BackEnd> {
  const { packageJson } = installation;
  if (installation.kind === 'classic') return ClassicTypes.load(packageJson, cwd);
  const { API } = (await import(pathToFileURL(join(dirname(packageJson), installation.entry)).href)) as typeof native;
  return new NativeTypes(
    installation.kind === 'attached'
      ? await API.fromLSPConnection({ pipe: installation.pipe })
      : // Content mappers of the project are programs of their own: none is run.
        new API({ cwd, runExternalCode: false }),
  );
}
