// Gateways of one tool server with a folder for what they remember; all ends with the test.
import { afterEach } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningGateway } from '../fixtures/start-gateway.ts';

export type Row = Readonly<Record<string, unknown>>;

export const TOOLS = {
  toolbox: { command: process.execPath, args: [join(import.meta.dirname, '..', 'rest', 'fixture', 'tool-server.mjs')] },
};

const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) {
    await stop();
  }
});

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  stops.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

export async function started<G extends RunningGateway>(starting: Promise<G>): Promise<G> {
  const gateway = await starting;
  stops.push(() => gateway.stop());
  await gateway.ready();
  return gateway;
}

/** Calls a tool without arguments. */
export async function call(url: string, tool: string): Promise<{ readonly status: number; readonly id: string }> {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as {
    instances: readonly { instance_short: string }[];
  };
  const response = await fetch(`${url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: `toolbox.${instances[0]!.instance_short}.${tool}` }),
  });
  return { status: response.status, id: response.headers.get('x-request-id')! };
}

export async function debug(url: string, path: string): Promise<Row> {
  return (await (await fetch(`${url}/v1/debug/${path}`)).json()) as Row;
}
