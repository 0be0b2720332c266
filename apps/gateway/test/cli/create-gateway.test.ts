// Where a gateway that is started from code listens.
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createGateway, type CreateGatewayOptions, type RunningGateway } from '../../src/index.ts';

let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

describe('createGateway listens', () => {
  test.each<readonly [string, (port: number) => CreateGatewayOptions]>([
    ['on the port of its configuration', (port) => ({ config: { server: { port } } })],
    ['on that port as a text', (port) => ({ config: { server: { port: String(port) } } })],
    ['on the port of the environment', (port) => ({ env: { DCC_MCP_GATEWAY_PORT: String(port) } })],
    [
      'on the port of the environment rather than of the configuration',
      (port) => ({ env: { DCC_MCP_GATEWAY_PORT: String(port) }, config: { server: { port: 1 } } }),
    ],
    [
      'on the port that is given',
      (port) => ({ port, config: { server: { port: 1 } }, env: { DCC_MCP_GATEWAY_PORT: '2' } }),
    ],
    ['at the host of its configuration', (port) => ({ config: { server: { host: 'localhost', port } } })],
  ])('%s', async (_what, toOptions) => {
    const port = await freePort();
    gateway = await createGateway(toOptions(port));
    expect(Number(new URL(gateway.url!).port)).toBe(port);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });

  test.each<CreateGatewayOptions>([
    {},
    { config: {} },
    { config: { server: {} } },
    { config: { server: null } },
    { config: { server: { port: null, host: '127.0.0.1' } } },
    { port: 0, config: { server: { port: 9765 } } },
  ])('on any free port with %j', async (options) => {
    gateway = await createGateway(options);
    expect(Number(new URL(gateway.url!).port)).toBeGreaterThan(1_024);
    expect(gateway.url).not.toContain(':9765');
  });

  test.each([{ port: 'abc' }, { port: 70_000 }, { port: -1 }, 'here', [9765]])(
    'on any free port where the configuration says %j, and says so',
    async (server) => {
      const lines: string[] = [];
      gateway = await createGateway({ config: { server }, log: (line) => lines.push(line) });
      expect(gateway.url).not.toContain(':9765');
      expect(lines.join('\n')).toMatch(/^warning: server/m);
    },
  );
});
