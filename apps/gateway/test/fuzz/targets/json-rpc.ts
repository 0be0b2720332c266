// The JSON-RPC endpoint: anything may be posted to /mcp.
import * as fc from 'fast-check';
import { maya } from '../../fixtures/servers.ts';
import { startUnderFire } from '../gateway-under-fire.ts';
import { jsonText } from '../inputs/json-text.ts';
import { type ByteText, type Target, toBytes } from '../target.ts';

export interface JsonRpcInput {
  readonly body: ByteText;
  readonly headers: Readonly<Record<string, string>>;
  /** With the id of a session that is open. */
  readonly inSession: boolean;
}

const CLIENT = { name: 'fuzz', version: '1.0.0' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {} },
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  progressToken: 'p',
};
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: CLIENT },
};

const request = (method: string, params: object): object => ({ jsonrpc: '2.0', id: 7, method, params });
const notification = (method: string, params: object): object => ({ jsonrpc: '2.0', method, params });

const TEMPLATES: readonly unknown[] = [
  INITIALIZE,
  request('ping', {}),
  request('server/discover', { _meta: META }),
  request('tools/list', { cursor: 'x' }),
  request('tools/call', { name: 'search', arguments: { query: 'cube', tags: ['a'], limit: 5 }, _meta: META }),
  request('tools/call', { name: 'describe', arguments: { tool_slug: 'maya.00000000.create_cube' } }),
  request('tools/call', { name: 'load_skill', arguments: { skill_name: 'maya', activate_groups: true } }),
  request('tools/call', {
    name: 'call',
    arguments: { calls: [{ tool_slug: 'maya.00000000.create_cube', arguments: { size: 2 } }], stop_on_error: true },
    _meta: META,
  }),
  request('resources/read', { uri: 'gateway://catalog', _meta: META }),
  request('resources/subscribe', { uri: 'gateway://instances' }),
  request('subscriptions/listen', { uris: ['gateway://instances'], toolsListChanged: true, _meta: META }),
  request('prompts/get', { name: 'p', arguments: { a: 'b' } }),
  request('completion/complete', { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'b' } }),
  request('logging/setLevel', { level: 'info' }),
  notification('notifications/initialized', {}),
  notification('notifications/cancelled', { requestId: 7, reason: 'no' }),
  notification('notifications/progress', { progressToken: 'p', progress: 1, total: 2 }),
  { jsonrpc: '2.0', id: 7, result: { action: 'accept', content: {} } },
  { jsonrpc: '2.0', id: 7, error: { code: -1, message: 'no', data: {} } },
  [request('ping', {}), request('tools/list', {})],
];

const headers = fc.record(
  {
    accept: fc.constantFrom('application/json, text/event-stream', 'application/json', '*/*', 'text/html', ';q=x,,'),
    'content-type': fc.constantFrom('application/json', 'Application/JSON; charset=utf-8', 'text/plain', 'x'),
    'mcp-protocol-version': fc.constantFrom('2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28', '1', ''),
    'mcp-method': fc.constantFrom('tools/call', 'ping', 'x'),
    'mcp-name': fc.constantFrom('call', 'search', '=?base64?AAAA?='),
    'last-event-id': fc.constantFrom('1', 'x'),
    traceparent: fc.constantFrom('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0-0-0'),
    baggage: fc.constantFrom('a=b', ',,=;', `${'k=v,'.repeat(300)}z=1`),
    'x-dcc-mcp-agent-context': fc.constantFrom('{"agent_id":"a"}', '{"__proto__":{}}', '[[['),
  },
  { requiredKeys: ['accept', 'content-type'] },
);

export const jsonRpc: Target<JsonRpcInput> = {
  name: 'json-rpc',
  inputs: fc.record({
    body: jsonText(TEMPLATES),
    headers,
    inSession: fc.boolean(),
  }),
  async open() {
    const gateway = await startUnderFire({ mcpServers: { maya } });
    const openSession = async (): Promise<string> => {
      const response = await fetch(`${gateway.url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify(INITIALIZE),
      });
      return response.headers.get('mcp-session-id') ?? '';
    };
    const session = await openSession();
    return {
      async check({ body, headers: more, inSession }) {
        const own = inSession ? { ...more, 'mcp-session-id': session } : more;
        const { status, text, type } = await gateway.shoot({ path: '/mcp', headers: own, body: toBytes(body) });
        if (status >= 400 && type.startsWith('application/json') && !isRefusal(text)) {
          throw new Error(`answered ${status} without saying why: ${text}`);
        }
      },
      close: () => gateway.stop(),
    };
  },
};

function isRefusal(text: string): boolean {
  const body = JSON.parse(text) as { error?: { message?: unknown } };
  return typeof body.error?.message === 'string' && body.error.message !== '';
}
