import parser from '@typescript-eslint/parser';
import telint from 'eslint-plugin-telint';

export default [
  { ...telint.configs.recommended, files: ['src/**/*.ts'], languageOptions: { parser } },
  {
    rules: {
      'telint/no-pii-in-logs': 'error',
      // Off by default, because many such messages are signals that nobody traces. Here both belong to requests.
      'telint/require-context-propagation': ['error', { workers: true, pubsub: true }],
    },
  },
];
