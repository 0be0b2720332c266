// What an upstream sends without saying whose it is goes to the callers in flight at that upstream at most.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, type RawMcp } from '../tracing/raw-mcp.ts';

const server = (uri: string) => ({
  command: process.execPath,
  args: [join(import.meta.dirname, 'fixture/loud-server.mjs')],
  env: { URI: uri },
});
const message = (level: string): Json => ({ method: 'notifications/message', params: { level, data: 'whose?' } });

let gateway: RunningGateway;

/** A client that reads its stream for notifications. */
interface Listener extends RawMcp {
  streamed(): string;
}

async function openListener(): Promise<Listener> {
  const raw = await openLegacy(gateway.url);
  const headers = { accept: 'text/event-stream', ...raw.session };
  const response = await fetch(`${gateway.url}/mcp`, { headers });
  let text = '';
  void response.body!.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (chunk) => {
        text += chunk;
      },
    }),
  );
  return { ...raw, streamed: () => text };
}

const call = async (client: RawMcp, name: string, args: Json = {}, meta: Json = {}): Promise<string> =>
  (await client.request('tools/call', { name, arguments: args }, { meta })).text;

/** The exposed names of the tools of one upstream. */
async function namesAt(client: RawMcp, upstream: string): Promise<{ readonly say: string; readonly wait: string }> {
  const { result } = await client.request('tools/list', {});
  const names = (result!['tools'] as readonly { name: string }[]).map(({ name }) => name);
  const find = (tool: string): string => names.find((name) => name.startsWith(upstream) && name.endsWith(tool))!;
  return { say: find('say'), wait: find('wait') };
}

beforeAll(async () => {
  gateway = await startGateway({
    config: { mcpServers: { loud: server('scene://mine'), quiet: server('scene://other') } },
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
});

afterAll(() => gateway.stop());

describe('a notification that does not say whose it is', () => {
  test.each<{ name: string; notification: Json; reachesCallers: boolean }>([
    { name: 'a log message', notification: message('error'), reachesCallers: true },
    {
      name: 'progress with a token that nobody gave',
      notification: { method: 'notifications/progress', params: { progressToken: 'whose?', progress: 1 } },
      reachesCallers: false,
    },
    {
      name: 'progress with a token of no call',
      notification: {
        method: 'notifications/progress',
        params: { progressToken: 999, progress: 1, message: 'whose?' },
      },
      reachesCallers: false,
    },
    {
      name: 'a change of a resource that nobody subscribed to',
      notification: { method: 'notifications/resources/updated', params: { uri: 'whose?://' } },
      reachesCallers: false,
    },
    {
      name: 'a change of a resource of the gateway',
      notification: { method: 'notifications/resources/updated', params: { uri: 'gateway://catalog', why: 'whose?' } },
      reachesCallers: false,
    },
    {
      name: 'an elicitation that is complete',
      notification: { method: 'notifications/elicitation/complete', params: { elicitationId: 'whose?' } },
      reachesCallers: false,
    },
    {
      name: 'a kind that nobody knows',
      notification: { method: 'notifications/unheard/of', params: { data: 'whose?' } },
      reachesCallers: false,
    },
  ])('reaches no idle client and no caller of another upstream: $name', async ({ notification, reachesCallers }) => {
    const [first, second, elsewhere, idle] = await Promise.all([
      openListener(),
      openListener(),
      openListener(),
      openListener(),
    ]);
    const loud = await namesAt(first, 'loud');
    const quiet = await namesAt(first, 'quiet');
    const waiting = [call(second, loud.wait), call(elsewhere, quiet.wait)];
    await untilOneWaits(first, loud.say);
    await untilOneWaits(first, quiet.say);
    const own = await call(first, loud.say, { notifications: [notification], ends: true });
    await call(idle, quiet.say, { notifications: [], ends: true });
    const [others, foreign] = await Promise.all(waiting);
    await wait(50); // what goes to a stream has no answer to wait for
    expect(own.includes('whose?')).toBe(reachesCallers);
    expect(others!.includes('whose?')).toBe(reachesCallers);
    const everywhereElse = foreign! + [first, second, elsewhere, idle].map((client) => client.streamed()).join('');
    expect(everywhereElse).not.toContain('whose?');
  });

  test('reaches nobody when nobody calls, and each caller only at its own level', async () => {
    const [quiet, chatty] = await Promise.all([openListener(), openListener()]);
    await quiet.request('logging/setLevel', { level: 'error' });
    await chatty.request('logging/setLevel', { level: 'debug' });
    const { say } = await namesAt(quiet, 'loud');
    expect(await call(quiet, say, { notifications: [message('info')] })).not.toContain('whose?');
    expect(await call(chatty, say, { notifications: [message('info')] })).toContain('whose?');
    await wait(50);
    expect(quiet.streamed() + chatty.streamed()).not.toContain('whose?');
  });
});

describe('a notification that says whose it is', () => {
  test('reaches the one that subscribed, and nobody else', async () => {
    const [subscriber, other] = await Promise.all([openListener(), openListener()]);
    await subscriber.request('resources/subscribe', { uri: 'scene://mine' });
    const { say } = await namesAt(other, 'loud');
    const { say: impostor } = await namesAt(other, 'quiet');
    const notifications = [{ method: 'notifications/resources/updated', params: { uri: 'scene://mine' } }];
    await call(other, impostor, { notifications });
    await wait(50);
    expect(subscriber.streamed()).not.toContain('scene://mine');
    await call(other, say, { notifications });
    await untilHolds(() => subscriber.streamed().includes('scene://mine'));
    expect(other.streamed()).not.toContain('scene://mine');
  });
});

async function untilOneWaits(client: RawMcp, say: string): Promise<void> {
  for (let i = 0; i < 100 && !(await call(client, say, { notifications: [] })).includes('"text":"1"'); i += 1) {
    await wait(10);
  }
}

async function untilHolds(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !condition(); i += 1) {
    await wait(10);
  }
  expect(condition()).toBe(true);
}
