// What the settings of the listener and of the history show.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { countWorkers } from '../../workers/worker-gateway.ts';
import { type Effect, type Lab, type Place, SERVER } from './lab.ts';

const statusOf =
  (path: string) =>
  async (lab: Lab): Promise<number> =>
    (await lab.get(path)).status;

const withProxy = (client: string) => ({ 'x-forwarded-for': client });
const TOKEN = 'a-token-of-this-test';

/** A port that is free now. */
export const PORT: string = await (async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return String(typeof address === 'object' && address !== null ? address.port : 0);
})();

/** Rows of that list once three searches and three calls were made. */
async function rowsAfterWork(lab: Lab, list: 'calls' | 'traces' | 'activity'): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await lab.call('read');
    await lab.post('/v1/search', { query: `read ${round}` });
  }
  const { body } = await lab.get(`/v1/debug/${list}?limit=100`);
  const rows = body[list] as readonly { readonly kind?: unknown; readonly activity?: unknown }[];
  return list === 'activity' ? rows.filter((row) => JSON.stringify(row).includes('search')).length : rows.length;
}

async function decisionsAfterRefusals(lab: Lab): Promise<number> {
  await lab.call('write');
  await lab.call('write');
  const { body } = await lab.get('/v1/debug/governance');
  return (JSON.stringify(body).match(/"read-only"/g) ?? []).length;
}

async function framesAfterCalls(lab: Lab): Promise<unknown> {
  await lab.call('read');
  await lab.call('write');
  const { body } = await lab.get('/v1/debug/traffic');
  return body['total'];
}

/** Whether whoever watches Node's HTTP server is told of a request. */
async function isSeenInNode(lab: Lab): Promise<boolean> {
  const path = `/v1/healthz?from=${encodeURIComponent(lab.folder)}`;
  let isSeen = false;
  const see = (message: unknown): void => {
    isSeen ||= (message as { readonly request: IncomingMessage }).request.url === path;
  };
  subscribe('http.server.request.start', see);
  await lab.get(path);
  unsubscribe('http.server.request.start', see);
  return isSeen;
}

/** Whether whoever watches undici is told of a call to a server. */
async function isSeenInUndici(lab: Lab): Promise<boolean> {
  let isSeen = false;
  const see = (message: unknown): void => {
    const { request } = message as { readonly request: { readonly method: string; readonly origin: string } };
    isSeen ||= request.method === 'POST' && lab.upstream.url.startsWith(request.origin);
  };
  subscribe('undici:request:create', see);
  await lab.call('read');
  unsubscribe('undici:request:create', see);
  return isSeen;
}

export const SERVER_EFFECTS: Readonly<Record<string, Effect>> = {
  'server.host': { value: '127.0.0.2', observe: ({ url }) => new URL(url).hostname },
  'server.port': { value: Number(PORT), observe: ({ url }) => new URL(url).port === PORT },
  'server.workers': { value: 2, observeProcess: (config) => countWorkers({ config }), observe: () => undefined },
  'server.name': {
    value: 'Render farm',
    observe: async (lab) => (await lab.mcp('server/discover'))['result'],
  },
  'server.expose': {
    value: 'all',
    observe: async (lab) => {
      await lab.call('read');
      const { result } = (await lab.mcp('tools/list')) as { readonly result?: { tools?: readonly { name: string }[] } };
      return result?.tools?.map(({ name }) => name);
    },
  },
  'server.publicUrl': {
    value: 'https://gateway.studio.example',
    observe: async (lab) => (await lab.get('/v1/openapi.json')).body['servers'],
  },
  'server.trustedProxies': {
    base: { 'limits.ratePerMinute': 1 },
    value: ['127.0.0.1'],
    observe: async (lab) => [
      (await lab.call('read', {}, withProxy('192.0.2.1'))).status,
      (await lab.call('read', {}, withProxy('192.0.2.2'))).status,
    ],
  },
  'server.adminPath': { value: '/ops', observe: statusOf('/ops/') },
  'server.fastPath': { value: false, observe: async (lab) => [await isSeenInNode(lab), await isSeenInUndici(lab)] },
  'server.admin': { value: false, observe: statusOf('/admin/') },
  'server.bodyLimitBytes': {
    value: 100,
    observe: async (lab) => (await lab.post('/v1/search', { query: 'x'.repeat(200) })).status,
  },
  'server.bootWaitMs': {
    base: ({ upstream }) => ({ [SERVER]: { url: upstream.silentUrl } }),
    value: 0,
    other: 900,
    observe: (lab) =>
      fetch(`${lab.url}/v1/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"read"}',
        signal: AbortSignal.timeout(500),
      }).then(
        () => 'answers at once',
        () => 'waits',
      ),
  },
  'server.allowedHosts': {
    // Loopback has a check of its own; with a token the bind to all addresses is allowed.
    base: { 'server.host': '0.0.0.0', 'auth.tokens': [{ token: TOKEN }] },
    value: ['gateway.studio.example'],
    observe: (lab) => lab.statusForHost('evil.example'),
  },
  'admin.history': { value: false, observe: statusOf('/v1/debug/calls') },
  'admin.slowMs': {
    value: 10,
    observe: async (lab) => {
      await lab.call('work');
      const { body } = await lab.get(`/v1/debug/traces?q=${encodeURIComponent('is_slow=true')}`);
      return body['total'];
    },
  },
  'admin.calls': { value: 1, observe: (lab) => rowsAfterWork(lab, 'calls') },
  'admin.traces': { value: 1, observe: (lab) => rowsAfterWork(lab, 'traces') },
  'admin.searches': { value: 1, observe: (lab) => rowsAfterWork(lab, 'activity') },
  'admin.events': { base: { 'policy.readOnly': true }, value: 1, observe: decisionsAfterRefusals },
  'admin.frames': { base: { trafficCapture: 'metadata' }, value: 1, observe: framesAfterCalls },
  trafficCapture: { value: 'metadata', observe: framesAfterCalls },
  'traffic.include': { base: { trafficCapture: 'metadata' }, value: ['tool:write'], observe: framesAfterCalls },
  'traffic.exclude': { base: { trafficCapture: 'metadata' }, value: ['tool:read'], observe: framesAfterCalls },
  // The one file that every gateway lays down there.
  stateDir: {
    value: ({ folder }: Place) => join(folder, 'state'),
    observe: (lab) => existsSync(join(lab.folder, 'state', `gateway-${new URL(lab.url).port}.secret`)),
  },
  'admin.redactPaths': {
    value: ['n'],
    observe: async (lab) => {
      const { body } = await lab.call('write', { n: 271_828 });
      return (await lab.get(`/v1/debug/traces/${String(body['request_id'])}`)).text.includes('271828');
    },
  },
};
