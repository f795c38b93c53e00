import parser from '@typescript-eslint/parser';
import telint from 'eslint-plugin-telint';

export default [
  {
    ...telint.configs.all,
    files: ['src/**/*.ts'],
    languageOptions: { parser },
    rules: {
      ...telint.configs.all.rules,
      'telint/require-context-propagation': ['error', { workers: true, pubsub: true }],
    },
  },
];
