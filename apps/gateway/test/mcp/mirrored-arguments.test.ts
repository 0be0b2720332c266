// Headers that repeat arguments of a modern call say what its body says, however deep the argument stands.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const MARKED = { command: process.execPath, args: [join(import.meta.dirname, 'fixture', 'marked-server.mjs')] };
const VERSION = '2026-07-28';
const ARGUMENTS = { region: 'eu', deep: { key: 'v' } };

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({ config: { mcpServers: { marked: MARKED }, server: { expose: 'all' } } });
  await gateway.ready();
}, 30_000);

afterAll(() => gateway?.stop());

async function render(args: object, headers: Readonly<Record<string, string>>) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const response = await fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      'mcp-method': 'tools/call',
      'mcp-name': 'render',
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'render', arguments: args, _meta: meta },
    }),
  });
  return { status: response.status, body: await response.json() };
}

test('a call whose headers say the same is run', async () => {
  const { status, body } = await render(ARGUMENTS, { 'mcp-param-region': 'eu', 'mcp-param-key': 'v' });
  expect([status, body]).toEqual([200, expect.objectContaining({ result: expect.anything() })]);
});

test.each([
  ['another value deep inside', ARGUMENTS, { 'mcp-param-region': 'eu', 'mcp-param-key': 'w' }, 'deep.key'],
  ['none for a value deep inside', ARGUMENTS, { 'mcp-param-region': 'eu' }, 'deep.key'],
  ['one that the body does not have', { region: 'eu' }, { 'mcp-param-region': 'eu', 'mcp-param-key': 'v' }, 'deep.key'],
  ['another value at the top', ARGUMENTS, { 'mcp-param-region': 'us', 'mcp-param-key': 'v' }, 'region'],
])('%s is refused with its name', async (_what, args, headers, name) => {
  const { status, body } = await render(args, headers);
  expect([status, body]).toMatchObject([
    400,
    { error: { code: -32020, message: expect.stringContaining(`'${name}'`) } },
  ]);
});
