import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'eslint-plugin/test/**/*.test.ts',
      'runtime/test/**/*.test.ts',
      'server/test/**/*.test.ts',
      'scripts/test/**/*.test.ts',
    ],
  },
});
