import preset from '@dcc-mcp/jest-preset';

export default { ...preset, globalSetup: '<rootDir>/test/fixtures/build.mjs' };
