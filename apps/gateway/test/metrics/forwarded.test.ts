// What is handed on to an upstream without being a call is measured on both sides, too.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { everything } from '../fixtures/servers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { readFamilies, total } from './families.ts';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({
    config: { mcpServers: { everything } },
    enablePrometheus: true,
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
}, 30_000);

afterAll(() => gateway.stop());

async function ask(method: string, params: object = {}): Promise<unknown> {
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'forwarded', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const answer = await fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...('name' in params ? { 'mcp-name': String(params.name) } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: envelope } }),
  });
  return answer.json();
}

test('a list and a prompt count on the way in and on the way on; an error answered by the upstream is no backend error', async () => {
  expect(await ask('prompts/list')).toHaveProperty('result.prompts');
  expect(await ask('prompts/get', { name: 'simple-prompt' })).toHaveProperty('result.messages');
  expect(await ask('completion/complete', { ref: { type: 'ref/prompt', name: 'simple-prompt' } })).toHaveProperty(
    'error',
  );
  const families = readFamilies(await (await fetch(`${gateway.url}/metrics`)).text());
  const operations = (side: string, labels: Readonly<Record<string, string>>): number =>
    total(families, `mcp_${side}_operation_duration_seconds_count`, labels);
  expect(operations('server', { mcp_method_name: 'prompts/get', network_transport: 'tcp' })).toBe(1);
  expect(operations('client', { mcp_method_name: 'prompts/get', network_transport: 'pipe' })).toBe(1);
  expect(operations('client', { mcp_method_name: 'prompts/list', network_transport: 'pipe' })).toBeGreaterThan(0);
  const failed = { mcp_method_name: 'completion/complete', error_type: 'protocol_error' };
  expect(operations('client', failed)).toBe(1);
  expect(total(families, 'dcc_mcp_gateway_backend_errors_total')).toBe(0);
});
