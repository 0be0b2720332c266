// The scenarios of the tasks extension through the gateway, in front of a server that has the extension and of one that
// has the tasks of 2025-11-25.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { startTasksServer, type TasksServer } from './fixture/tasks-server.ts';
import { runScenario } from './run-conformance.ts';

const SCENARIOS = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-status-notifications',
  'tasks-required-task-error',
];

describe.each([
  // A handshake server has no question before its task begins: it asks within.
  { era: 'stateless', scenarios: [...SCENARIOS, 'tasks-mrtr-composition'] },
  { era: 'handshake', scenarios: SCENARIOS },
] as const)('in front of a server of the $era era', ({ era, scenarios }) => {
  let server: TasksServer;
  let gateway: RunningGateway;

  beforeAll(async () => {
    server = await startTasksServer(era);
    gateway = await startGateway({
      config: { mcpServers: { fixture: { url: server.url } } },
      env: { DCC_MCP_EXPOSE: 'all' },
    });
    await gateway.ready();
  }, 60_000);

  afterAll(async () => {
    await gateway?.stop();
    server?.close();
  });

  test.each(scenarios)(
    '%s passes',
    async (scenario) => {
      // Without it a scenario of an extension is left out, and counts as passed.
      const run = await runScenario(`${gateway.url}/mcp`, '2026-07-28', scenario, '--force');
      expect(run).toEqual({ exitCode: 0, complaints: '' });
    },
    60_000,
  );
});
