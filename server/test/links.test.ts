import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { workspace } from '../../eslint-plugin/test/support/workspace.ts';
import { uriOf } from '../src/documents.ts';
import { Session } from '../src/session.ts';
import { QUERY_SERVICE } from './support/query-service.ts';

/** A session over a folder, without a client. */
function sessionOver(root: string): Session {
  const session = new Session({
    onConfig: () => undefined,
    onError: (message) => expect.unreachable(message),
    onLoad: () => ({ signal: new AbortController().signal, step: () => undefined, done: () => undefined }),
  });
  session.projects.setFolders([root]);
  onTestFinished(() => session.settled());
  return session;
}

/** Opens a file, or shows another text of it, and waits until everything follows from it. */
async function show(session: Session, path: string, text: string): Promise<void> {
  const document = session.documents.open(uriOf(path), 'any', 1, text);
  session.documentChanged(document, 'edited');
  await session.settled();
}

it('queries and metrics are joined once, until one of them or the configuration changes', async () => {
  const root = workspace(QUERY_SERVICE);
  const [code, board] = [join(root, 'src/metrics.ts'), join(root, 'dashboards/shop.json')];
  const session = sessionOver(root);
  await show(session, code, QUERY_SERVICE['src/metrics.ts']);
  const first = await session.links(code);
  expect(first.series('shop_queue_size')).toHaveLength(1);
  expect(await session.links(board)).toBe(first);
  expect(session.knownLinks(board)).toBe(first);

  await show(session, board, QUERY_SERVICE['dashboards/shop.json'].replaceAll('shop_queue_size', 'shop_line_size'));
  const [metric] = first.series('shop_queue_size');
  const edited = await session.links(board);
  expect(first.asked(metric?.metric ?? expect.unreachable())).not.toEqual([]);
  expect(edited).not.toBe(first);
  expect(edited.asked(edited.series('shop_queue_size')[0]?.metric ?? expect.unreachable())).toEqual([]);

  await show(session, code, QUERY_SERVICE['src/metrics.ts'].replace("'shop_queue_size'", "'shop_line_size'"));
  const renamed = await session.links(board, 'exact');
  expect(renamed.series('shop_queue_size')).toEqual([]);
  expect(renamed.series('shop_line_size')).toHaveLength(1);

  await show(session, join(root, 'telint.json'), '{ "ignore": ["dashboards"] }');
  const ignoring = await session.links(board);
  expect(ignoring.index.files.map(({ path }) => path)).not.toContain(board);
  expect(renamed.index.files.map(({ path }) => path)).toContain(board);
});
