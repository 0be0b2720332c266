// Authorization servers that answer what they should not: nothing of it harms, and nothing secret goes elsewhere.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import type { CommandEnd } from '../fixtures/run-command.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { createLab, isReady, type OauthLab, untilRow } from './oauth-lab.ts';

const SECRET = 'secret-of-the-client';

interface Scripted {
  readonly origin: string;
  /** What was asked, with its body. */
  readonly asked: readonly string[];
  readonly server: Server;
}

type Answers = Readonly<
  Record<
    string,
    (origin: string) => { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string }
  >
>;

let lab: OauthLab;
const servers: Server[] = [];

beforeEach(() => {
  lab = createLab();
});

afterEach(async () => {
  await lab.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const json = (value: object): { readonly body: string } => ({ body: JSON.stringify(value) });
const mcp =
  (result: object) =>
  (text: string): string =>
    JSON.stringify({ jsonrpc: '2.0', id: (JSON.parse(text) as Json)['id'], result });

/** One server that is everything: the MCP server, its metadata, its authorization server. */
const GOOD: Answers = {
  '/.well-known/oauth-protected-resource/mcp': (origin) =>
    json({ resource: `${origin}/mcp`, authorization_servers: [origin] }),
  '/.well-known/oauth-authorization-server': (origin) =>
    json({
      issuer: origin,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: `${origin}/token`,
      response_types_supported: ['code'],
      grant_types_supported: ['client_credentials'],
    }),
  '/token': () => json({ access_token: 'good', token_type: 'Bearer', expires_in: 3_600 }),
};

async function start(answers: Answers = {}): Promise<Scripted> {
  const asked: string[] = [];
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const table = { ...GOOD, ...answers };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) {
      text += String(chunk);
    }
    const path = request.url ?? '';
    asked.push(`${request.method} ${path} ${request.headers.authorization ?? ''} ${text}`);
    const answer = table[path]?.(origin);
    if (answer !== undefined) {
      response
        .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
        .end(answer.body);
    } else if (path !== '/mcp') {
      response.writeHead(404).end();
    } else if (request.headers.authorization !== 'Bearer good') {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    } else {
      const capabilities = { tools: {} };
      const serverInfo = { name: 'odd', version: '1' };
      const method = text === '' ? '' : String((JSON.parse(text) as Json)['method']);
      const results: Readonly<Record<string, object>> = {
        initialize: { protocolVersion: '2025-11-25', capabilities, serverInfo },
        'tools/list': { tools: [] },
        ping: {},
      };
      const result = results[method];
      response.writeHead(result === undefined ? 400 : 200, { 'content-type': 'application/json' });
      response.end(result === undefined ? '' : mcp(result)(text));
    }
  }

  return { origin, asked, server };
}

/** An MCP server of the test's own; gives its URL. */
async function startSilent(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

const serveOdd = async ({ origin }: Scripted): ReturnType<OauthLab['serve']> => {
  const oauth = { grant: 'client_credentials', clientId: 'c', clientSecret: SECRET };
  lab.configure({ mcpServers: { odd: { url: `${origin}/mcp`, oauth } } });
  return lab.serve();
};

const token = (
  body: string | object,
  more: { readonly status?: number; readonly headers?: Record<string, string> } = {},
): Answers => ({
  '/token': () => ({ ...more, body: typeof body === 'string' ? body : JSON.stringify(body) }),
});

test('the server of these tests is usable when all is right', async () => {
  const gateway = await serveOdd(await start());
  expect(await untilRow(gateway, { server: 'odd', is: isReady })).toMatchObject({ status: 'ready' });
}, 20_000);

describe('a token that', () => {
  test.each<[what: string, answer: object]>([
    ['is over when it comes', { access_token: 'good', token_type: 'Bearer', expires_in: 0 }],
    ['was over long ago', { access_token: 'good', token_type: 'Bearer', expires_in: -1e9 }],
    ['lives for ever', { access_token: 'good', token_type: 'Bearer', expires_in: 1e300 }],
    ['says nothing of its end', { access_token: 'good', token_type: 'bearer' }],
  ])(
    '%s is used, and asked for once',
    async (_what, answer) => {
      const odd = await start(token(answer));
      const gateway = await serveOdd(odd);
      await untilRow(gateway, { server: 'odd', is: isReady });
      // A token that counted as over would have been asked for again by then.
      await wait(1_500);
      expect(odd.asked.filter((asked) => asked.startsWith('POST /token'))).toHaveLength(1);
    },
    20_000,
  );

  test.each<[what: string, answers: Answers]>([
    ['no header can carry', token({ access_token: 'good\r\nx-evil: 1', token_type: 'Bearer' })],
    ['is no text', token({ access_token: 7, token_type: 'Bearer' })],
    ['is not there', token({})],
    ['is a page', token('<html>log in</html>', { headers: { 'content-type': 'text/html' } })],
    ['is cut', token('{"access_token":"go')],
    ['stands there alone', token(`${SECRET}-${SECRET}`)],
    ['stands there without its quotes', token(`{"access_token":${SECRET.slice(0, 9)}}`)],
    ['is refused with a page', token('<html>no</html>', { status: 400 })],
    ['is megabytes', token(`{"access_token":"${'x'.repeat(3_000_000)}","token_type":"Bearer"}`)],
  ])(
    '%s is none, and that is said without the secret',
    async (_what, answers) => {
      const gateway = await serveOdd(await start(answers));
      const row = await untilRow(gateway, {
        server: 'odd',
        is: (each) => String(each['last_error']).startsWith('no token ('),
      });
      expect(row['status']).toBe('unreachable');
      expect(String(row['last_error']).length).toBeLessThan(600);
      expect(JSON.stringify(row) + gateway.stderr()).not.toContain(SECRET.slice(0, 9));
    },
    20_000,
  );
});

test.each([301, 302, 307, 308])(
  'a client secret does not follow a redirect (%d)',
  async (status) => {
    const thief = await start();
    const odd = await start(token('', { status, headers: { location: `${thief.origin}/token` } }));
    const gateway = await serveOdd(odd);
    await untilRow(gateway, { server: 'odd', is: (each) => String(each['last_error']).startsWith('no token (') });
    expect(odd.asked.some((asked) => asked.startsWith('POST /token'))).toBe(true);
    expect(thief.asked).toEqual([]);
  },
  20_000,
);

describe('metadata', () => {
  test.each<[what: string, answers: (inside: string) => Answers]>([
    [
      'of another resource is not taken',
      () => ({
        '/.well-known/oauth-protected-resource/mcp': (origin) =>
          json({ resource: 'https://other.example/mcp', authorization_servers: [origin] }),
      }),
    ],
    [
      'of another issuer is not taken',
      () => ({
        '/.well-known/oauth-authorization-server': (origin) =>
          json({
            issuer: 'https://other.example',
            authorization_endpoint: `${origin}/auth`,
            token_endpoint: `${origin}/token`,
            response_types_supported: ['code'],
          }),
      }),
    ],
    [
      'with a token endpoint in plain HTTP elsewhere gets no secret',
      () => ({
        '/.well-known/oauth-authorization-server': (origin) =>
          json({
            issuer: origin,
            authorization_endpoint: `${origin}/auth`,
            token_endpoint: 'http://other.example/token',
            response_types_supported: ['code'],
          }),
      }),
    ],
  ])(
    '%s',
    async (_what, answers) => {
      const odd = await start(answers(''));
      const gateway = await serveOdd(odd);
      const row = await untilRow(gateway, { server: 'odd', is: (each) => each['last_error'] !== undefined });
      expect(row['last_error']).toMatch(/^no token \(/);
      expect(odd.asked.filter((asked) => asked.startsWith('POST /token'))).toEqual([]);
    },
    20_000,
  );

  test('is not fetched from inside the network because a server says so', async () => {
    const inside = await start();
    const odd = await start({
      '/.well-known/oauth-protected-resource/mcp': () => ({ status: 404, body: '' }),
      '/mcp': () => ({
        status: 401,
        headers: { 'www-authenticate': `Bearer resource_metadata="${inside.origin}/secrets"` },
        body: '',
      }),
    });
    lab.configure({ mcpServers: { odd: { url: `${odd.origin}/mcp` } } });
    const gateway = await lab.serve();
    await untilRow(gateway, { server: 'odd', is: (each) => each['last_error'] !== undefined });
    await until(() => odd.asked.some((asked) => asked.includes('oauth-protected-resource')), 5_000);
    expect(inside.asked).toEqual([]);
  }, 20_000);
});

const logIn = (url: string): Promise<CommandEnd> => {
  lab.configure({ mcpServers: { web: { url } } });
  return lab.run(['login', 'web', '--no-browser', '--timeout', '2']);
};

describe('a login at a server that says nothing of OAuth', () => {
  test.each([
    ['answers everybody, and what it does not know with nothing', 200, 405, ''],
    ['answers everybody, and what it does not know with a page', 200, 200, '<h1>Welcome</h1>'],
    ['answers everybody, and what it does not know with JSON of its own', 200, 200, '{}'],
    ['is not at that path', 404, 404, ''],
  ])('which %s: none is asked for', async (_what, status, other, body) => {
    const asked: string[] = [];
    const url = await startSilent((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const isCall = request.method === 'POST' && request.url === '/mcp';
      response.writeHead(isCall ? status : other).end(isCall ? '{"jsonrpc":"2.0","id":1,"result":{}}' : body);
    });
    expect(await logIn(url)).toEqual({
      code: 1,
      stdout: '',
      stderr: `web: not logged in: the server asks for no login: it answers HTTP ${status} to a request without one\n`,
    });
    expect(asked.filter((each) => !each.startsWith('GET '))).toEqual(['POST /mcp']);
  });

  test('which refuses whoever is unknown: what it says where a client would register is told in words', async () => {
    const url = await startSilent(({ url: path }, response) =>
      response.writeHead(path === '/register' ? 201 : 401).end(path === '/register' ? '{"client_id":"se' : ''),
    );
    expect(await logIn(url)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'web: not logged in: the authorization server gave no JSON\n',
    });
  });
});
