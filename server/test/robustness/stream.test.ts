import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { URI } from 'vscode-uri';
import { makeFolder } from '../support/define-test.ts';
import { RawClient } from '../support/raw-client.ts';
import { OPEN_SPAN } from '../support/sources.ts';

const frame = (body: string | Buffer, headers = ''): Buffer => {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`Content-Length: ${bytes.length}\r\n${headers}\r\n`), bytes]);
};

/** What is no message of the protocol, and ends where the next one begins. */
const GARBAGE: Readonly<Record<string, string | Buffer>> = {
  'JSON that is none': frame('{"jsonrpc": "2.0", "id": 1, "method"'),
  'bytes that are no UTF-8': frame(Buffer.from([0x7b, 0xff, 0xfe, 0x80, 0x7d])),
  'a text that is no UTF-8': frame(
    Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","method":"x","params":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]),
  ),
  'an empty message': 'Content-Length: 0\r\n\r\n',
  'JSON that is no object': frame('42'),
  'a batch': frame('[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]'),
  'an object a thousand times in an object': frame(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
  'headers in other cases': frame('{}').toString().replace('Content-Length', 'content-LENGTH'),
  'a character set that nobody has': frame('{}', 'Content-Type: application/vscode-jsonrpc; charset=ebcdic\r\n'),
  'a header of 4 MB': frame('{}', `X-Filler: ${'x'.repeat(4_000_000)}\r\n`),
};

/** Where the next message begins is not known after these. */
const BROKEN: Readonly<Record<string, string>> = {
  'headers without a length': 'X-Nothing: 1\r\n\r\n',
  'a length that is no number': 'Content-Length: many\r\n\r\n',
  'a negative length': 'Content-Length: -5\r\n\r\n',
  'a header without a colon': 'GET / HTTP/1.1\r\n\r\n',
  'text of a program': 'Welcome!\r\n\r\n',
};

test.each(Object.keys(GARBAGE))('%s does not keep the next message from being answered', async (name) => {
  const root = makeFolder({ 'x.ts': OPEN_SPAN });
  const client = new RawClient();
  try {
    await client.initialize([root]);
    const garbage = Buffer.from(GARBAGE[name] ?? '');
    client.write(garbage);
    // In one piece with what follows, and in pieces.
    client.write(Buffer.concat([garbage, frame('{"jsonrpc":"2.0","id":"next","method":"telint/settled"}')]));
    expect(await client.answer('next')).toMatchObject({ result: null });
    for (const byte of garbage.subarray(0, 200)) client.write(Buffer.from([byte]));
    client.write(garbage.subarray(200));
    const uri = URI.file(join(root, 'x.ts')).toString();
    client.notify('textDocument/didOpen', {
      textDocument: { uri, languageId: 'typescript', version: 1, text: OPEN_SPAN },
    });
    expect((await client.request('textDocument/codeLens', { textDocument: { uri } })).error).toBeUndefined();
    client.notify('exit');
    expect(await client.exited()).toBe(1);
  } finally {
    await client.kill();
    rmSync(root, { recursive: true, force: true });
  }
});

test.each(Object.keys(BROKEN))('%s ends the server, which says why', async (name) => {
  // The reader of the library takes a negative length for one from the end of what has arrived.
  for (const inOnePiece of name === 'a negative length' ? [false] : [false, true]) {
    const client = new RawClient();
    try {
      await client.initialize([]);
      const request = frame('{"jsonrpc":"2.0","id":5,"method":"telint/settled"}');
      const broken = Buffer.from(BROKEN[name] ?? '');
      client.write(inOnePiece ? Buffer.concat([broken, request, request]) : broken);
      expect(await client.exited()).toBe(1);
      expect(client.stderr).toContain('telint: The input is no sequence of messages: ');
    } finally {
      await client.kill();
    }
  }
});

test('a length that never comes ends with the input', async () => {
  const client = new RawClient();
  try {
    await client.initialize([]);
    client.write('Content-Length: 99999999999\r\n\r\n{"jsonrpc"');
    client.stdin.end();
    expect(await client.exited()).toBe(1);
  } finally {
    await client.kill();
  }
});
