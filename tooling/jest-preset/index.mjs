import { fileURLToPath } from 'node:url';

/** @type {import('jest').Config} */
export default {
  injectGlobals: false,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@dcc-mcp/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': fileURLToPath(new URL('./strip-types.mjs', import.meta.url)) },
  setupFiles: [fileURLToPath(new URL('./one-error.mjs', import.meta.url))],
  setupFilesAfterEnv: [fileURLToPath(new URL('./second-try.mjs', import.meta.url))],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: 30_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'babel',
};
