import { expect } from 'vitest';
import type { ClientCapabilities, Hover } from 'vscode-languageserver-protocol';
import { RICH } from '../support/client.ts';
import { defineTest, type World } from '../support/define-test.ts';
import { METRIC_SERVICE } from '../support/sources.ts';

const without = (contentFormat: readonly ('markdown' | 'plaintext')[]): ClientCapabilities => ({
  ...RICH,
  textDocument: {
    ...RICH.textDocument,
    diagnostic: { dynamicRegistration: true },
    publishDiagnostics: {},
    hover: { contentFormat: [...contentFormat] },
  },
});

async function hovered(world: World): Promise<string> {
  const hover = await world.client.request<Hover | null>(
    'textDocument/hover',
    world.at('src/routes.ts', 'route: req.path', 1),
  );
  return (hover?.contents as { value: string }).value;
}

const prepare = async (world: World): Promise<void> => {
  await world.open('src/routes.ts');
  await world.findings('src/routes.ts');
};

defineTest('the trace is told with the finding where the client shows related places, and hover leaves it out', {
  fs: METRIC_SERVICE,
  prepare,
  async handle(world) {
    const [finding] = await world.findings('src/routes.ts');
    expect(finding?.relatedInformation?.length).toBeGreaterThan(0);
    expect(finding?.relatedInformation?.every(({ location }) => location.range.start.line > 0)).toBe(true);
    expect(await hovered(world)).not.toContain('to its cause');
  },
});

defineTest('hover tells the trace with links to its lines where the client shows no related places', {
  fs: METRIC_SERVICE,
  client: { capabilities: without(['markdown']) },
  prepare,
  async handle(world) {
    const [finding] = await world.findings('src/routes.ts');
    expect(finding?.relatedInformation).toBeUndefined();
    const line = finding ? finding.range.start.line + 1 : 0;
    const text = await hovered(world);
    expect(text).toContain(`([routes.ts:${line}](${world.uri('src/routes.ts')}#L${line}))`);
    expect(text.split('to its cause')).toHaveLength(2);
  },
});

defineTest('hover in plain text names file and line', {
  fs: METRIC_SERVICE,
  client: { capabilities: without(['plaintext']) },
  prepare,
  async handle(world) {
    const text = await hovered(world);
    expect(text).toMatch(/\(routes\.ts:\d+\)/);
    expect(text).not.toContain('](');
  },
});
