// The fixture alone: what fails through the gateway must not fail without it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Server } from 'node:http';
import { startConformanceServer } from './fixture/conformance-server.ts';
import { runRequirements } from './run-conformance.ts';

let fixture: Server;
let url = '';

beforeAll(async () => {
  ({ server: fixture, url } = await startConformanceServer());
});

afterAll(() => {
  fixture.closeAllConnections();
  fixture.close();
});

test.each(['2025-11-25', '2026-07-28'])(
  'the fixture passes every scenario that %s requires of a server',
  async (revision) => {
    expect(await runRequirements(url, revision)).toEqual({ exitCode: 0, complaints: '' });
  },
  120_000,
);
