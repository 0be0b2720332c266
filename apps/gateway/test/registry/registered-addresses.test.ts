// Where an instance that registers may be, and what the gateway sends it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { startCoreHost } from '../fixtures/core-host.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type Answer, errorOf, type Json, mayaAt, removeStudios, startStudio, Studio } from './studio.ts';

afterAll(removeStudios);

let studio: Studio;
let maya: EchoServer;

beforeAll(async () => {
  studio = await startStudio();
  maya = await startEchoServer({ render: { type: 'object' } });
});

afterAll(async () => {
  await studio?.gateway.stop();
  maya?.close();
});

const mayaBody = (more?: Json): Json => mayaAt(maya.url, more);

describe('where an instance may be', () => {
  let lookedUp: string[];
  /** Ends a look-up that takes its time. */
  const held: (() => void)[] = [];
  let addresses: Readonly<Record<string, readonly string[]>>;
  let guarded: Studio;
  const lookup: LookupFunction = (hostname, _options, callback) => {
    lookedUp.push(hostname);
    if (hostname.startsWith('slow-')) {
      held.push(() => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []));
      return;
    }
    const found = addresses[hostname];
    const answer = found?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) ?? [];
    callback(found === undefined ? Object.assign(new Error('no'), { code: 'ENOTFOUND' }) : null, answer);
  };

  beforeAll(async () => {
    lookedUp = [];
    addresses = {};
    guarded = await startStudio(
      { registry: { registerAllow: ['10.1.0.0/16', '169.254.0.0/16', '0.0.0.0/0', '::/0'] } },
      { lookup },
    );
  });

  afterAll(() => guarded?.gateway.stop());

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/mcp',
    'http://[::ffff:169.254.169.254]/mcp',
    'http://[64:ff9b::a9fe:a9fe]/mcp',
    'http://[64:ff9b::100.100.100.200]/mcp',
    'http://[64:ff9b:1::a9fe:a9fe]/mcp',
    'http://[64:ff9b:1:a9fe:a9:fe00::]/mcp',
    'http://[::ffff:0:169.254.169.254]/mcp',
    'http://[2001:0:a9fe:a9fe::]/mcp',
    'http://[2001:0:808:808:0:0:5601:5601]/mcp',
    'http://[2002:a9fe:a9fe::1]/mcp',
    'http://[2002:a83f:8110::1]/mcp',
    'http://0xa9fea9fe/mcp',
    'http://2852039166/mcp',
    'http://[fe80::1]/mcp',
    'http://224.0.0.1/mcp',
    'http://[ff02::1]/mcp',
    'http://0.0.0.0:8765/mcp',
    'http://[::]:8765/mcp',
    'http://0/mcp',
    'http://255.255.255.255/mcp',
  ])('not at %s, whatever is allowed', async (url) => {
    const answer = await guarded.register(mayaBody({ mcp_url: url }));
    expect([answer.status, errorOf(answer)['kind']]).toEqual([403, 'unsafe-backend-target']);
    expect(errorOf(answer)['message']).toMatch(/: no setting allows .* link-local, multicast and metadata addresses$/);
  });

  test.each(['http://10.2.0.1/mcp', 'http://192.168.1.7:8765/mcp', 'http://8.8.8.8/mcp', 'http://[2001:db8::1]/mcp'])(
    'not at %s, which nobody allows',
    async (url) => {
      const answer = await studio.register(mayaBody({ mcp_url: url }));
      expect([answer.status, errorOf(answer)['kind']]).toEqual([403, 'unsafe-backend-target']);
      expect(errorOf(answer)['message']).toContain('registerAllow');
    },
  );

  test.each(['http://[64:ff9b::808:808]/mcp', 'http://[2002:808:808::1]/mcp', 'http://[2001:db8::1]/mcp'])(
    'at %s, where it is allowed',
    async (url) => {
      const body = mayaBody({ mcp_url: url });
      expect((await guarded.register(body)).status).toBe(200);
      await guarded.post('instances/deregister', { instance_id: body['instance_id'] });
    },
  );

  test('not at a name that means such an address, or that means nothing', async () => {
    addresses = { 'meta.test': ['169.254.169.254'] };
    const answers = await Promise.all(
      ['http://meta.test/mcp', 'http://nowhere.test/mcp'].map((url) => guarded.register(mayaBody({ mcp_url: url }))),
    );
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  });

  test('is said to whoever looks for the instance, until it registers well', async () => {
    const body = mayaBody({ mcp_url: 'http://169.254.1.1/mcp' });
    await guarded.register(body);
    const ofIt = async (): Promise<readonly Json[]> =>
      (await guarded.cards()).skipped.filter(({ instance_id: id }) => id === body['instance_id']);
    expect(await ofIt()).toMatchObject([
      { source: 'http', dcc_type: 'maya', reason: expect.stringMatching(/^refused: /) },
    ]);
    await guarded.register({ ...body, mcp_url: maya.url });
    expect(await ofIt()).toEqual([]);
    await guarded.post('instances/deregister', { instance_id: body['instance_id'] });
  });

  test.each(['localhost', '127.0.0.2', '[::1]', '[::ffff:127.0.0.1]'])(
    'not where the gateway itself listens, as %s',
    async (host) => {
      const { port } = new URL(guarded.gateway.url);
      const answer = await guarded.register(mayaBody({ mcp_url: `http://${host}:${port}/mcp` }));
      expect([answer.status, errorOf(answer)['kind']]).toEqual([403, 'unsafe-backend-target']);
      expect(errorOf(answer)['message']).toContain('it is the gateway itself');
    },
  );

  const registerAt = (name: string): Promise<Answer> =>
    guarded.register(mayaBody({ mcp_url: `http://${name}.test/mcp` }));

  test('is looked up for 32 registrations at a time; more are refused, and taken when those have ended', async () => {
    const slow = Array.from({ length: 32 }, (_, i) => registerAt(`slow-${i}`));
    await until(() => held.length === 32);
    const refused = await registerAt('slow-32');
    expect([refused.status, errorOf(refused)['kind']]).toEqual([503, 'queue-full']);
    held.splice(0).forEach((release) => release());
    expect(new Set((await Promise.all(slow)).map(({ status }) => status))).toEqual(new Set([403]));
    expect((await registerAt('gone')).status).toBe(403);
  });

  test('where the operator allows it', async () => {
    const body = mayaBody({ mcp_url: 'http://10.1.2.3:9/mcp' });
    expect((await guarded.register(body)).status).toBe(200);
    await guarded.post('instances/deregister', { instance_id: body['instance_id'] });
  });

  test('is asked at each connection: a name that means another address by then is not followed', async () => {
    const { port, pathname } = new URL(maya.url);
    addresses = { 'rebind.test': ['127.0.0.1'] };
    const body = mayaBody({ mcp_url: `http://rebind.test:${port}${pathname}`, dcc_type: 'rebound' });
    const id = String(body['instance_id']);
    expect((await guarded.register(body)).status).toBe(200);
    await guarded.untilReady(id);
    const asked = lookedUp.length;
    addresses = { 'rebind.test': ['169.254.169.254'] };
    maya.close();
    maya = await startEchoServer({ render: { type: 'object' } });
    await until(async () => (await guarded.row(id)) === undefined);
    expect(lookedUp.length).toBeGreaterThan(asked);
    expect((await guarded.events(id)).at(-1)).toMatchObject({
      event: 'instance_exited',
      reason: expect.stringContaining('its address is none that a registered instance may have'),
    });
  });
});

describe('what the gateway sends to an instance', () => {
  let host: Awaited<ReturnType<typeof startCoreHost>>;
  let elsewhere: EchoServer;
  const seen: Json[] = [];

  beforeAll(async () => {
    host = await startCoreHost({ skills: {} });
    elsewhere = await startEchoServer({});
  });

  afterAll(() => {
    host.server.closeAllConnections();
    host.server.close();
    elsewhere.close();
  });

  test('has no credentials, not even those of the caller', async () => {
    const guarded = await startStudio({ auth: { tokens: [{ token: 'of-the-studio', name: 'studio' }] } });
    host.server.on('request', ({ headers }) => seen.push(headers));
    const body = mayaBody({ mcp_url: host.url });
    const id = String(body['instance_id']);
    expect((await guarded.register(body, 'of-the-studio')).status).toBe(200);
    const slug = `maya.${id.slice(0, 8)}.echo`;
    await until(
      async () => (await guarded.post('call', { tool_slug: slug, arguments: {} }, 'of-the-studio')).status === 200,
    );
    await guarded.gateway.stop();
    expect(seen.length).toBeGreaterThan(2);
    expect(JSON.stringify(seen)).not.toContain('of-the-studio');
    expect(seen.filter((headers) => 'authorization' in headers || 'cookie' in headers)).toEqual([]);
  });

  test('goes there itself, past a proxy that the environment names', async () => {
    let asked = 0;
    const proxy = createServer((_, response) => {
      asked += 1;
      response.writeHead(502).end();
    });
    proxy.on('connect', (_, socket) => {
      asked += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, ALL_PROXY: url, NODE_USE_ENV_PROXY: '1' };
    const behind = new Studio(await startGateway({ config: { mcpServers: {} }, env }));
    const body = mayaBody();
    const id = String(body['instance_id']);
    await behind.register(body);
    await behind.untilReady(id);
    await behind.gateway.stop();
    proxy.close();
    expect(asked).toBe(0);
  });

  test('goes to no other origin that it redirects to', async () => {
    let asked = 0;
    const target = createServer((_, response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => void target.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(target.address() as AddressInfo).port}/mcp`;
    const redirecting = createServer((_, response) => void response.writeHead(307, { location }).end());
    await new Promise<void>((resolve) => void redirecting.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/mcp`;
    const body = mayaBody({ mcp_url: url });
    await studio.register(body);
    const id = String(body['instance_id']);
    await until(async () => (await studio.row(id))?.['last_error'] !== null);
    expect((await studio.row(id))?.['last_error']).toContain('another origin');
    expect(asked).toBe(0);
    await studio.post('instances/deregister', { instance_id: id });
    target.close();
    redirecting.close();
  });
});
