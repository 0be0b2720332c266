// Four clients that stay connected: `node reconnect.mjs '{"url", "remote": [file, ...args]}'`. Each line on stdin is a
// wish, `call`, `connect` or `changes`; each answer is one line of JSON with what every client saw.
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { createInterface } from 'node:readline';

const task = JSON.parse(process.argv[2]);
const url = new URL(task.url);
const [command, ...args] = task.remote;
const TIMEOUT = { timeout: 10_000 };
const ECHO = { name: 'everything__echo', arguments: { message: 'hi' } };
const changes = {};

async function openV1(name, transport) {
  const client = new ClientV1({ name, version: '1.0.0' });
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => (changes[name] = true));
  await client.connect(transport);
  return { call: () => client.callTool(ECHO, undefined, TIMEOUT), close: () => client.close() };
}

async function openV2(name, mode) {
  const onChanged = () => (changes[name] = true);
  const options = { versionNegotiation: { mode }, listChanged: { tools: { onChanged } } };
  const client = new ClientV2({ name, version: '1.0.0' }, options);
  await client.connect(new HttpV2(url));
  return { call: () => client.callTool(ECHO, TIMEOUT), close: () => client.close() };
}

const OPENERS = {
  'sdk 1.x': (name) => openV1(name, new HttpV1(url)),
  'sdk 2.x, handshake': (name) => openV2(name, 'legacy'),
  'sdk 2.x, 2026-07-28': (name) => openV2(name, 'auto'),
  'mcp-remote': (name) => openV1(name, new StdioClientTransport({ command, args, env: process.env, stderr: 'ignore' })),
};
let clients = [];

async function ofEach(run) {
  const seen = await Promise.all(
    clients.map(async ([name, client]) => {
      try {
        return [name, await run(client)];
      } catch (error) {
        return [name, `error: ${error.message}`];
      }
    }),
  );
  return Object.fromEntries(seen);
}

const WISHES = {
  connect: async () => {
    await ofEach((client) => client.close());
    clients = await Promise.all(Object.entries(OPENERS).map(async ([name, open]) => [name, await open(name)]));
    return {};
  },
  call: () => ofEach(async (client) => (await client.call()).content[0].text),
  changes: async () => changes,
};

for await (const wish of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await WISHES[wish]())}\n`);
}
await ofEach((client) => client.close());
