import { MessageType, ShowMessageNotification } from 'vscode-languageserver/node';
import type { Session } from '../session.ts';
import { refine } from '../types/refine.ts';
import { TypeService, type EditorTypeScript } from '../types/service.ts';
import type { Feature, Services } from './feature.ts';

/** Notification of the client: which TypeScript the editor runs; null when none does. */
const TYPESCRIPT = 'telint/typescript';
/** Notification of the client: the person trusts the workspace from now on. */
const TRUSTED = 'telint/trusted';

const SOURCE = /\.[cm]?[jt]sx?$/;

/** Milliseconds for questions, and after which TypeScript is taken to hang: a large project takes long to be read. */
const BUDGET_MS = 5000;
const PATIENCE_MS = 120_000;

/** Findings with types: asked for when everything has settled, and told when they differ from those without. */
export const types: Feature = {
  start(services) {
    const { connection, session } = services;
    const options = readOptions(services.initializationOptions);
    const service = new TypeService({
      trusted: options.trusted,
      budget: BUDGET_MS,
      patience: PATIENCE_MS,
      onProblem: (message) =>
        void connection.sendNotification(ShowMessageNotification.type, {
          type: MessageType.Warning,
          message: `Telint: ${message}`,
        }),
      onLog: (message) => {
        connection.console.log(message);
      },
    });
    service.attach(options.typescript);
    connection.onNotification(TYPESCRIPT, (given: unknown) => {
      service.attach(readTypeScript(given));
      session.changed();
    });
    connection.onNotification(TRUSTED, () => {
      service.trusted = true;
      session.changed();
    });
    connection.onShutdown(() => service.end());
    session.onDisk((paths) => {
      service.changedOnDisk(paths);
    });
    session.onSettled((signal) => {
      session.follow(refineOpen(services, service, signal));
    });
  },
};

async function refineOpen({ connection, session }: Services, service: TypeService, signal: AbortSignal): Promise<void> {
  const documents = session.documents.all().filter(({ path }) => SOURCE.test(path));
  const isOn = session.settings.types === 'auto' && session.settings.perFile !== 'off';
  const files = isOn ? documents.flatMap(({ path }) => fileOf(session, path)) : [];
  const refined = await refine(files, {
    service,
    open: Object.fromEntries(documents.map(({ path, text }) => [path, text.getText()])),
    signal,
    onLog: (message) => {
      connection.console.log(message);
    },
  });
  if (signal.aborted) return;
  for (const document of documents) session.findings.refine(document, refined.get(document.path));
  await session.refined(signal);
}

/** Files of a workspace that is still being read are judged with types when that is done. */
function fileOf(session: Session, path: string) {
  const project = session.projects.of(path);
  return project.workspace.loaded && !project.isIgnored(path) ? [{ path, runner: project.runner }] : [];
}

/** The part of the initialization options that is about types; anything else is not trusted and not there. */
function readOptions(raw: unknown): { readonly trusted: boolean; readonly typescript: EditorTypeScript | undefined } {
  const { trusted, typescript } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  return { trusted: trusted === true, typescript: readTypeScript(typescript) };
}

function readTypeScript(raw: unknown): EditorTypeScript | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { pipe, packageJson } = raw as Record<string, unknown>;
  return typeof pipe === 'string' && typeof packageJson === 'string' ? { pipe, packageJson } : undefined;
}
