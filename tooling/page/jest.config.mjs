import preset from '@dcc-mcp/jest-preset';

// One browser at a time: they measure, and share two cores with everything else.
export default { ...preset, maxWorkers: 1, testTimeout: 60_000 };
