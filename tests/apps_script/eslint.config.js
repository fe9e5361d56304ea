import js from '@eslint/js';
import appsScript from 'eslint-plugin-googleappsscript';

const google = appsScript.environments.googleappsscript.globals;
const page = Object.fromEntries(
  ['document', 'google', 'navigator', 'setTimeout', 'clearTimeout'].map((name) => [name, 'readonly'])
);

/** Google calls these by name, from the menu and from the sidebar. */
const CALLED = '^(onOpen|show|show[A-Z]\\w*|call|connection|connect|check)$';

const rules = {
  ...js.configs.recommended.rules,
  curly: ['error', 'multi-line'],
  eqeqeq: 'error',
  'no-restricted-properties': [
    'error',
    ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write'].map((property) => ({
      property,
      message: 'What people and services wrote is shown as text: use textContent or append.',
    })),
  ],
  'no-unused-vars': ['error', { varsIgnorePattern: CALLED }],
  'no-var': 'error',
  'prefer-const': 'error',
  quotes: ['error', 'single', { avoidEscape: true }],
  semi: 'error',
};

export default [
  { files: ['**/Code.js'], languageOptions: { sourceType: 'script', globals: google }, rules },
  { files: ['**/Sidebar.js'], languageOptions: { sourceType: 'script', globals: page }, rules },
];
