// Who a gateway is: name, version and an id of its own, with variables and with a file of OpenTelemetry.
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

const folder = mkdtempSync(join(tmpdir(), 'resource-'));
let gateway: GatewayProcess | undefined;

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

afterAll(() => rmSync(folder, { recursive: true }));

function declarative(resource: string): { readonly OTEL_CONFIG_FILE: string } {
  const file = join(folder, 'otel.yaml');
  writeFileSync(file, `file_format: "1.0"\n${resource}`);
  return { OTEL_CONFIG_FILE: file };
}

async function targetInfo(env: Readonly<Record<string, string>>): Promise<string> {
  gateway = await startGatewayProcess({ env: { ENABLE_METRICS: 'true', ...env } });
  const lines = (await (await fetch(`${gateway.url}/metrics`)).text()).split('\n');
  return lines.find((line) => line.startsWith('target_info{')) ?? '';
}

test.each([
  ['variables', () => ({})],
  ['variables that ask no detector', () => ({ OTEL_NODE_RESOURCE_DETECTORS: 'none' })],
  ['a file', () => declarative('')],
  ['a file with attributes', () => declarative('resource: { attributes: [{ name: team, value: fx }] }')],
])('with %s a gateway has a name, a version and an id of its own', async (_, toEnv) => {
  const info = await targetInfo(toEnv());
  expect(info).toContain('service_name="dcc-mcp-gateway"');
  expect(info).toMatch(/service_version="\d/);
  expect(info).toMatch(new RegExp(`service_instance_id="${UUID.source}"`));
});

test.each([
  ['OTEL_RESOURCE_ATTRIBUTES', () => ({ OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=a' })],
  ['a file', () => declarative('resource: { attributes: [{ name: service.instance.id, value: a }] }')],
])('what %s says wins', async (_, toEnv) => {
  expect(await targetInfo(toEnv())).toContain('service_instance_id="a"');
});
