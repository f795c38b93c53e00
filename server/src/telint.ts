import { enableCompileCache } from 'node:module';

// The command is started anew for every commit and every CI job: compiled code is kept between runs.
enableCompileCache();
const [{ run }, { processIo }, { useFallbackParser }] = await Promise.all([
  import('./cli/run.ts'),
  import('./cli/io.ts'),
  import('./fallback-parser.ts'),
]);
useFallbackParser();

// `telint check | head`: who reads no further wants no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exitCode ??= 0;
});

process.exitCode = await run(process.argv.slice(2), processIo());
