type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isInteger: Check = (value) => Number.isInteger(value);
const isIndex: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const isToken: Check = (value) => isString(value) || isInteger(value);

const listOf =
  (is: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => is(item));

const optional =
  (is: Check): Check =>
  (value) =>
    value === undefined || value === null || is(value);

/** An object with these fields, and any others. */
const shape =
  (fields: Readonly<Record<string, Check>> = {}): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(fields).every(([name, is]) => is((value as Record<string, unknown>)[name]));

const identifier = shape({ uri: isString });
const position = shape({ line: isIndex, character: isIndex });
const range = shape({ start: position, end: position });
const ofDocument = { textDocument: identifier };
const ofPosition = { ...ofDocument, position };
const contentChange = shape({ text: isString, range: (value) => value === undefined || range(value) });

/** What an action is found again by. */
const ticket = shape({
  uri: isString,
  version: isInteger,
  range: shape({ start: isIndex, end: isIndex }),
  kind: isString,
  title: isString,
  nth: isIndex,
});

/** Parameters of a message, and how a message calls them that has others. */
interface Parameters {
  readonly are: string;
  readonly check: Check;
}

const DOCUMENT: Parameters = { are: 'a document', check: shape(ofDocument) };
const PLACE: Parameters = { are: 'a document and a position', check: shape(ofPosition) };
const TOKEN: Parameters = { are: 'a token', check: shape({ token: isToken }) };

/** What the requests and notifications that the server knows come with; others take anything. */
const PARAMETERS: Readonly<Record<string, Parameters>> = {
  initialize: {
    are: 'the capabilities of the client, and folders if any',
    check: shape({
      capabilities: shape(),
      workspaceFolders: optional(listOf(identifier)),
      rootUri: optional(isString),
    }),
  },
  'textDocument/didOpen': {
    are: 'a document with its language, version and text',
    check: shape({ textDocument: shape({ uri: isString, languageId: isString, version: isInteger, text: isString }) }),
  },
  'textDocument/didChange': {
    are: 'a document with its version, and changes with a text and whole numbers from 0 on',
    check: shape({
      textDocument: shape({ uri: isString, version: isInteger }),
      contentChanges: listOf(contentChange),
    }),
  },
  'textDocument/didClose': DOCUMENT,
  'textDocument/didSave': DOCUMENT,
  'textDocument/diagnostic': DOCUMENT,
  'textDocument/codeLens': DOCUMENT,
  'textDocument/documentLink': DOCUMENT,
  'textDocument/hover': PLACE,
  'textDocument/completion': PLACE,
  'textDocument/definition': PLACE,
  'textDocument/prepareRename': PLACE,
  'textDocument/references': {
    are: 'a document, a position and a context',
    check: shape({ ...ofPosition, context: shape() }),
  },
  'textDocument/rename': {
    are: 'a document, a position and a new name',
    check: shape({ ...ofPosition, newName: isString }),
  },
  'textDocument/inlayHint': { are: 'a document and a range', check: shape({ ...ofDocument, range }) },
  'textDocument/codeAction': {
    are: 'a document, a range and a context',
    check: shape({ ...ofDocument, range, context: shape({ only: optional(listOf(isString)) }) }),
  },
  'codeAction/resolve': { are: 'an action of this server', check: shape({ title: isString, data: optional(ticket) }) },
  'workspace/symbol': { are: 'a query', check: shape({ query: isString }) },
  'workspace/executeCommand': {
    are: 'a command and a list of arguments',
    check: shape({ command: isString, arguments: optional(listOf(() => true)) }),
  },
  'workspace/didChangeWatchedFiles': { are: 'a list of changes', check: shape({ changes: listOf(identifier) }) },
  'workspace/didChangeConfiguration': { are: 'settings', check: shape() },
  'workspace/didChangeWorkspaceFolders': {
    are: 'folders that were added and removed',
    check: shape({ event: shape({ added: listOf(identifier), removed: listOf(identifier) }) }),
  },
  'window/workDoneProgress/cancel': TOKEN,
  '$/progress': TOKEN,
  '$/cancelRequest': { are: 'the id of a request', check: shape({ id: isToken }) },
  '$/setTrace': { are: 'a value', check: shape({ value: isString }) },
};

/** What is wrong with the parameters of a message; undefined where they are what the protocol says. */
export function mistakeIn(method: string, params: unknown): string | undefined {
  const expected = Object.hasOwn(PARAMETERS, method) ? PARAMETERS[method] : undefined;
  return expected && !expected.check(params) ? `${method} takes ${expected.are}.` : undefined;
}
