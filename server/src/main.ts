import { enableCompileCache } from 'node:module';
import { version } from './cli/version.ts';

const USAGE = `telint-language-server ${version()}: the language server of Telint, to be started by an editor.

  --stdio          speak over standard input and output
  --node-ipc       speak over the channel of a Node.js parent
  --socket=<port>  connect to a port of this machine
  --pipe=<name>    connect to a named pipe
  --version        print the version
`;

const args = process.argv.slice(2);
if (args.includes('--version')) process.stdout.write(`${version()}\n`);
else if (!args.some((arg) => /^--(?:stdio|node-ipc|socket|pipe)\b/.test(arg))) {
  process.stderr.write(USAGE);
  process.exitCode = args.includes('--help') ? 0 : 2;
} else {
  // Before the other modules: an editor waits for the first findings, and compiling takes a third of that time.
  enableCompileCache();
  const { serve } = await import('./serve.ts');
  serve(args);
}
