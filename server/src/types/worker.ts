import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
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
  // Who ends this thread has to know what else to end.
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess };
    child.once('spawn', () => {
      if (child.pid !== undefined) reply({ child: child.pid });
    });
  });
  let backEnd: Promise<BackEnd> | undefined;
  let last = Promise.resolve();
  const answer = async ({ id, batch }: WorkerRequest): Promise<void> => {
    try {
      const opened = await (backEnd ??= open(start));
      reply({ id, answers: await opened.ask(batch, () => Atomics.load(cancelled, 0) >= id) });
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  };
  port.on('message', (request: WorkerRequest) => {
    last = last.then(() => answer(request));
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
