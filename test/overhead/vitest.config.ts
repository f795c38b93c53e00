import { defineConfig } from 'vitest/config';

/** Apart from the other tests: what they take from the machine would be measured too. */
export default defineConfig({
  test: { testTimeout: 300_000, include: ['test/overhead/**/*.test.ts'] },
});
