// Under `--expose all` a client sees the tools of a skill as soon as somebody has loaded it, by whatever way.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, type RawMcp } from '../tracing/raw-mcp.ts';

const server = { command: process.execPath, args: [join(import.meta.dirname, '../rest/fixture/skill-server.mjs')] };

let gateway: RunningGateway;
let client: RawMcp;
let streamed = '';

beforeEach(async () => {
  gateway = await startGateway({ config: { mcpServers: { blender: server } }, env: { DCC_MCP_EXPOSE: 'all' } });
  await gateway.ready();
  client = await openLegacy(gateway.url);
  streamed = '';
  const response = await fetch(`${gateway.url}/mcp`, { headers: { accept: 'text/event-stream', ...client.session } });
  void response.body!.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (chunk) => {
        streamed += chunk;
      },
    }),
  );
});

afterEach(() => gateway.stop());

const post = (route: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ skill_name: 'mesh-tools' }),
  });
const callTool = (name: string): Promise<unknown> =>
  client.request('tools/call', { name, arguments: { skill_name: 'mesh-tools' } });

async function toolNames(): Promise<readonly string[]> {
  const { result } = await client.request('tools/list', {});
  return (result!['tools'] as readonly { name: string }[]).map(({ name }) => name);
}

const notices = (): number => streamed.split('notifications/tools/list_changed').length - 1;

/** Waits, at most two seconds, for as many notices as that. */
async function noticesBecome(count: number): Promise<void> {
  for (let i = 0; i < 100 && notices() < count; i += 1) {
    await wait(20);
  }
  expect(notices()).toBe(count);
}

const WAYS: Readonly<Record<string, { load(): Promise<unknown>; unload(): Promise<unknown> }>> = {
  'over REST': { load: () => post('load_skill'), unload: () => post('unload_skill') },
  "by the host's own tool": { load: () => callTool('load_skill'), unload: () => callTool('unload_skill') },
};

describe('a skill that is loaded and unloaded', () => {
  test.each(Object.keys(WAYS))('changes the list of exposed tools, which clients are told: %s', async (name) => {
    const { load, unload } = WAYS[name]!;
    expect(await toolNames()).not.toContain('create_cube');
    await load();
    await noticesBecome(1);
    expect(await toolNames()).toContain('create_cube');
    await unload();
    await noticesBecome(2);
    expect(await toolNames()).not.toContain('create_cube');
  });
});
