// The official conformance suite through the gateway: every scenario that a revision requires of a server, in front of
// a server that speaks both eras and in front of one that only knows the handshake.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { startConformanceServer } from './fixture/conformance-server.ts';
import { runRequirements, runScenario } from './run-conformance.ts';

/** `most`: how many scenarios the list of expected failures may hold. Lower it with the list; never raise it. */
const RUNS = [
  { eras: 'both', revision: '2025-11-25', scenarios: 30, most: 0 },
  { eras: 'both', revision: '2026-07-28', scenarios: 37, most: 0 },
  { eras: 'handshake', revision: '2025-11-25', scenarios: 30, most: 0 },
  { eras: 'handshake', revision: '2026-07-28', scenarios: 37, most: 0 },
] as const;

const listOf = (eras: string, revision: string): string =>
  join(import.meta.dirname, `expected-failures.${eras}.${revision}.yml`);

describe.each(['both', 'handshake'] as const)('in front of a server of %s', (eras) => {
  let fixture: Server;
  let gateway: RunningGateway;

  beforeAll(async () => {
    const started = await startConformanceServer(0, eras);
    fixture = started.server;
    gateway = await startGateway({
      config: { mcpServers: { fixture: { url: started.url } } },
      env: { DCC_MCP_EXPOSE: 'all' },
    });
    await gateway.ready();
  }, 60_000);

  afterAll(async () => {
    await gateway?.stop();
    fixture?.closeAllConnections();
    fixture?.close();
  });

  test.each(RUNS.filter((run) => run.eras === eras))(
    '$revision: only listed scenarios fail, and no listed one passes',
    async ({ revision }) => {
      const list = ['--expected-failures', listOf(eras, revision)];
      expect(await runRequirements(`${gateway.url}/mcp`, revision, ...list)).toEqual({ exitCode: 0, complaints: '' });
    },
    120_000,
  );

  test.each(['json-schema-2020-12', 'http-header-validation', 'http-custom-header-server-validation'])(
    '2026-07-28: %s passes, though it is not required',
    async (scenario) => {
      const run = await runScenario(`${gateway.url}/mcp`, '2026-07-28', scenario);
      expect(run).toEqual({ exitCode: 0, complaints: '' });
    },
    60_000,
  );
});

test.each(RUNS)('$eras, $revision: at most $most of $scenarios scenarios are listed', ({ eras, revision, most }) => {
  const listed = readFileSync(listOf(eras, revision), 'utf8').match(/^ +- /gm) ?? [];
  expect(listed.length).toBeLessThanOrEqual(most);
});
