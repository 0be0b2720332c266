import preset from '@dcc-mcp/jest-preset';

/** @type {import('jest').Config} */
export default {
  ...preset,
  globalSetup: '<rootDir>/test/stranger/set-up.ts',
  globalTeardown: '<rootDir>/test/stranger/tear-down.ts',
};
