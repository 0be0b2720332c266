import preset from '@dcc-mcp/jest-preset';

// Most of these tests wait for processes and timers: two workers on two cores take little more than half of one's time.
export default { ...preset, maxWorkers: 2, globalSetup: '<rootDir>/test/fixtures/build.mjs' };
