// The tools that a server lists: whatever stands there, the others are searched and called as before.
import * as fc from 'fast-check';
import { setTimeout as wait } from 'node:timers/promises';
import { type GatewayUnderFire, startUnderFire } from '../gateway-under-fire.ts';
import { startHostileServer } from '../hostile-server.ts';
import { jsonText } from '../inputs/json-text.ts';
import { type ByteText, type Target, toByteText } from '../target.ts';

export interface ToolListInput {
  readonly body: ByteText;
}

const CALL_TIMEOUT_MILLIS = 400;
/** A changed list is asked for within this time. */
const LIST_MILLIS = 10_000;
const RECOVERY_MILLIS = 10_000;

const tool = (name: string, more: object = {}): object => ({
  name,
  title: 'A title',
  description: 'Does work on a mesh',
  inputSchema: {
    type: 'object',
    properties: {
      size: { type: 'number', minimum: 0 },
      kind: { enum: ['a', 'b'] },
      path: { type: 'string', pattern: '^/[a-z]+$' },
      node: { $ref: '#/$defs/node' },
    },
    required: ['size'],
    $defs: { node: { type: 'object', properties: { children: { type: 'array', items: { $ref: '#/$defs/node' } } } } },
  },
  outputSchema: { type: 'object' },
  annotations: { readOnlyHint: true, title: 'T' },
  _meta: { 'dcc-mcp': { tags: ['mesh'], affinity: 'main' } },
  ...more,
});

const LISTS: readonly unknown[] = [
  { jsonrpc: '2.0', id: '$ID', result: { tools: [tool('work'), tool('other')] } },
  { jsonrpc: '2.0', id: '$ID', result: { tools: [tool('mesh__work'), tool('__skill__mesh')], nextCursor: 'n' } },
  { jsonrpc: '2.0', id: '$ID', result: { tools: [tool('a.b/c'), tool('work'), tool('work')], ttlMs: 1, _meta: {} } },
];
const RIGHT = toByteText(JSON.stringify(LISTS[0]).replaceAll('"$ID"', '$ID'));

/** What arrived may be anything; asked for in each way, the gateway answers. */
async function useTools(gateway: GatewayUnderFire): Promise<void> {
  const search = await gateway.post('/v1/search', { query: 'work on a mesh' });
  const { hits = [] } = JSON.parse(search.text) as { hits?: readonly { readonly tool_slug: string }[] };
  for (const { tool_slug: slug } of hits.slice(0, 3)) {
    await gateway.post('/v1/describe', { tool_slug: slug });
    await gateway.post('/v1/call', { tool_slug: slug, arguments: { size: 1, node: { children: [{}] } } });
  }
}

async function isCalled(gateway: GatewayUnderFire, slug: string): Promise<boolean> {
  const { text } = await gateway.post('/v1/call', { tool_slug: slug, arguments: { size: 1 } });
  return (JSON.parse(text) as { ok?: boolean }).ok === true;
}

export const toolLists: Target<ToolListInput> = {
  name: 'tool-lists',
  inputs: fc.record({ body: jsonText(LISTS).map((text) => text.replaceAll('"$ID"', '$ID')) }),
  async open() {
    const server = await startHostileServer();
    const hostile = { url: server.url, timeoutMs: CALL_TIMEOUT_MILLIS };
    const limits = { circuitFailureThreshold: 1_000_000_000 };
    const gateway = await startUnderFire({ mcpServers: { hostile }, limits });
    const listed = await fetch(`${gateway.url}/v1/instances`);
    const { instances } = (await listed.json()) as { instances: readonly { readonly instance_short: string }[] };
    const slug = `hostile.${instances[0]!.instance_short}.work`;
    const change = async (body: ByteText): Promise<void> => {
      const headers = { 'content-type': 'application/json' };
      const asked = server.writeList({ status: 200, headers, body, cuts: [] });
      if ((await Promise.race([asked, wait(LIST_MILLIS, 'never', { ref: false })])) === 'never') {
        throw new Error('the changed list was never asked for');
      }
    };
    return {
      async check({ body }) {
        await change(body);
        await useTools(gateway);
        await change(RIGHT);
        for (const deadline = Date.now() + RECOVERY_MILLIS; !(await isCalled(gateway, slug)); await wait(5)) {
          if (Date.now() > deadline) {
            throw new Error('a tool of the right list is not called again');
          }
        }
      },
      async close() {
        await gateway.stop();
        server.close();
      },
    };
  },
};
