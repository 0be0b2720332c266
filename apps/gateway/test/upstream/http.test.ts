import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startFakeHttp, type FakeHttp, type FakeHttpOptions } from './fixtures/fake-http.ts';
import {
  begin,
  closeAll,
  connected,
  createHarness,
  createPeer,
  failureOf,
  http,
  jsonOf,
  textOf,
  until,
  type Harness,
} from './fixtures/harness.ts';

const servers: FakeHttp[] = [];
const processes: ChildProcess[] = [];

async function fake(options: FakeHttpOptions = {}): Promise<FakeHttp> {
  const server = await startFakeHttp(options);
  servers.push(server);
  return server;
}

async function fakeProcess(port = 0): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const main = fileURLToPath(new URL('fixtures/fake-http-main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { NODE_NO_WARNINGS: '1' },
  });
  processes.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), child };
}

async function both(options: FakeHttpOptions = {}): Promise<{ readonly server: FakeHttp; readonly harness: Harness }> {
  const server = await fake(options);
  return { server, harness: await connected(http(server.url)) };
}

afterEach(async () => {
  await closeAll();
  await Promise.all(servers.splice(0).map((server) => server.kill()));
  for (const child of processes.splice(0)) {
    child.kill('SIGKILL');
  }
});

describe('createUpstream over Streamable HTTP, handshake era', () => {
  test('keeps the session id and the negotiated revision in the headers of every request', async () => {
    const { server, harness } = await both();
    await harness.call('echo');
    expect(server.headersOf('tools/call')).toMatchObject({
      'mcp-session-id': [...server.sessions][0],
      'mcp-protocol-version': '2025-11-25',
      accept: 'application/json, text/event-stream',
    });
    expect(server.headersOf('initialize')).not.toHaveProperty('mcp-session-id');
    expect(harness.upstream.sessionId).toBe([...server.sessions][0]);
  });

  test('ends its session with DELETE when it is closed', async () => {
    const { server, harness } = await both();
    await harness.upstream.close();
    expect(server.requests.at(-1)).toMatchObject({ verb: 'DELETE' });
    expect(server.sessions.size).toBe(0);
  });

  test('opens a new session once when the upstream has forgotten it, and repeats what it refused', async () => {
    const { server, harness } = await both();
    server.sessions.clear();
    const answers = await Promise.all(['a', 'b', 'c'].map((text) => harness.call('echo', { text })));
    expect(answers.map(textOf)).toEqual(['a', 'b', 'c']);
    expect(server.requests.filter(({ message }) => message?.method === 'initialize')).toHaveLength(2);
    expect(server.sessions.size).toBe(1);
  });

  test('reads the words of a server that answers 400 to a forgotten session', async () => {
    let isForgetful = false;
    const { harness } = await both({
      intercept: ({ message, headers }, response) => {
        if (isForgetful && message?.method === 'tools/call' && headers['mcp-session-id'] !== undefined) {
          isForgetful = false;
          const error = { code: -32_000, message: 'Bad Request: No valid session ID provided' };
          response.writeHead(400, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
          return true;
        }
        return false;
      },
    });
    isForgetful = true;
    expect(textOf(await harness.call('echo', { text: 'again' }))).toBe('again');
  });

  test('a server that ends every session fails the call instead of going round', async () => {
    const { server, harness } = await both();
    server.sessions.add = () => server.sessions;
    server.sessions.clear();
    expect(failureOf(await harness.call('echo'))).toMatchObject({ kind: 'backend-error', httpStatus: 404 });
  });

  test('gets along without the stream for notifications, and asks for the tools list now and then instead', async () => {
    const { server, harness } = await both({ hasGetStream: false });
    await until(() => server.requests.some(({ verb }) => verb === 'GET'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(server.requests.filter(({ verb }) => verb === 'GET')).toHaveLength(1);
    expect(harness.upstream.status.readiness).toBe('ready');
  });

  test('opens the stream for notifications again when it breaks', async () => {
    const { server } = await both();
    await until(() => server.streams.size === 1);
    for (const stream of server.streams) {
      stream.destroy();
    }
    await until(() => server.streams.size === 0);
    await until(() => server.streams.size === 1);
    expect(server.requests.filter(({ verb }) => verb === 'GET')).toHaveLength(2);
  });

  test('takes a broken answer stream up again where it broke, after the pause the server asks for', async () => {
    const resumed: unknown[] = [];
    let id: unknown;
    const { harness } = await both({
      intercept: ({ verb, headers, message }, response) => {
        const isCall = message?.method === 'tools/call';
        if (!isCall && headers['last-event-id'] === undefined) {
          return false;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        if (isCall) {
          id = message?.id;
          response.end('id: e1\nretry: 30\ndata: \n\n');
        } else {
          resumed.push([verb, headers['last-event-id']]);
          const answer = { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'after all' }] } };
          response.end(resumed.length === 1 ? 'id: e2\ndata:\n\n' : `id: e3\ndata: ${JSON.stringify(answer)}\n\n`);
        }
        return true;
      },
    });
    expect(textOf(await harness.call('echo'))).toBe('after all');
    expect(resumed).toEqual([
      ['GET', 'e1'],
      ['GET', 'e2'],
    ]);
  });

  test.each(['Text/Event-Stream', 'text/event-stream ; charset=utf-8'])(
    'reads an answer of the media type %j as a stream of events',
    async (contentType) => {
      const { harness } = await both({
        intercept: ({ message }, response) => {
          if (message?.method !== 'tools/call') {
            return false;
          }
          const answer = { jsonrpc: '2.0', id: message.id, result: { content: [{ type: 'text', text: 'streamed' }] } };
          response.writeHead(200, { 'content-type': contentType }).end(`data: ${JSON.stringify(answer)}\n\n`);
          return true;
        },
      });
      expect(textOf(await harness.call('echo'))).toBe('streamed');
    },
  );

  test('an answer stream that ends without an answer is a backend-error empty_result', async () => {
    const { harness } = await both({
      intercept: ({ message }, response) => {
        if (message?.method !== 'tools/call') {
          return false;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
        return true;
      },
    });
    expect(failureOf(await harness.call('echo'))).toMatchObject({
      kind: 'backend-error',
      backendErrorKind: 'empty_result',
    });
  });
});

describe('createUpstream over Streamable HTTP, stateless era', () => {
  test('mirrors version, method, name and marked parameters in headers, plain or in base64', async () => {
    const { server, harness } = await both({ era: 'modern' });
    await harness.call('seen', { region: 'Österreich', nested: { level: 3 }, other: 'x' });
    expect(server.headersOf('tools/call')).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'seen',
      'mcp-param-region': `=?base64?${Buffer.from('Österreich').toString('base64')}?=`,
      'mcp-param-level': '3',
    });
    expect(server.headersOf('tools/call')).not.toHaveProperty('mcp-session-id');
  });

  test('gives the upstream the caller’s capabilities, identity and log level, else the gateway’s own', async () => {
    const { harness } = await both({ era: 'modern' });
    const peer = { ...createPeer(), clientInfo: { name: 'agent', version: '1' }, logLevel: 'debug' };
    const forCaller = jsonOf(await harness.call('seen', {}, { peer }))['meta'];
    const forNobody = jsonOf(await harness.call('seen'))['meta'];
    expect(forCaller).toMatchObject({
      'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
      'io.modelcontextprotocol/clientInfo': { name: 'agent' },
      'io.modelcontextprotocol/logLevel': 'debug',
    });
    expect(forNobody).toMatchObject({
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'gateway-under-test' },
    });
  });

  test('leaves resultType and top-level parameters of a repeated call as they are', async () => {
    const { harness } = await both({ era: 'modern' });
    const result = await harness.upstream.request({
      method: 'tools/call',
      params: { name: 'seen', requestState: 'opaque', inputResponses: { a: null } },
      begin: () => ({ carrier: {}, headers: {} }),
      timeoutMillis: 2_000,
    });
    expect(result).toMatchObject({ ok: true, result: { resultType: 'complete' } });
    expect(jsonOf(result)['params']).toMatchObject({ requestState: 'opaque', inputResponses: { a: null } });
  });

  test('reads a JSON-RPC error from an HTTP error', async () => {
    const { harness } = await both({ era: 'modern' });
    const result = await harness.upstream.request({ method: 'no/such', params: {}, begin, timeoutMillis: 2_000 });
    expect(failureOf(result)).toMatchObject({
      backendErrorKind: 'jsonrpc',
      httpStatus: 404,
      rpcError: { code: -32_601 },
    });
  });
});

const ask = () => Promise.resolve({ result: { action: 'accept' } });

describe('createUpstream with a server that speaks both eras', () => {
  test('serves a handshake caller that can be asked over a handshake session, everybody else statelessly', async () => {
    const { server, harness } = await both({ era: 'dual' });
    const peer = { ...createPeer(ask), era: 'legacy' as const };
    expect(jsonOf(await harness.call('ask', { method: 'elicitation/create' }, { peer }))).toEqual({
      action: 'accept',
    });
    await harness.call('echo', {}, { peer });
    expect(server.headersOf('tools/call')).toHaveProperty('mcp-session-id');
    expect(server.requests.filter(({ message }) => message?.method === 'initialize')).toHaveLength(1);
    await harness.call('echo', {}, { peer: { ...createPeer(ask), era: 'modern' } });
    expect(server.headersOf('tools/call')).not.toHaveProperty('mcp-session-id');
    await harness.upstream.close();
    expect(server.sessions.size).toBe(0);
  });

  test('falls back to the stateless era where there is no handshake', async () => {
    const { server, harness } = await both({ era: 'modern' });
    const peer = { ...createPeer(ask), era: 'legacy' as const };
    expect(textOf(await harness.call('echo', { text: 'x' }, { peer }))).toBe('x');
    expect(server.headersOf('tools/call')).toMatchObject({ 'mcp-protocol-version': '2026-07-28' });
  });
});

const countOf = (server: FakeHttp, method: string): number =>
  server.requests.filter(({ message }) => message?.method === method).length;

describe('what a call waits for before it is sent is part of its own time', () => {
  const peer = { ...createPeer(ask), era: 'legacy' as const, rootsOwner: {} };

  test('where a handshake is never answered, and closing does not wait for it', async () => {
    const { server, harness } = await both({
      era: 'dual',
      intercept: ({ message }) => message?.method === 'initialize',
    });
    const startedAt = performance.now();
    const results = await Promise.all([
      harness.call('echo', {}, { peer, timeoutMillis: 200 }),
      harness.call('echo', {}, { peer, signal: AbortSignal.timeout(50) }),
    ]);
    expect(results.map(failureOf)).toMatchObject([
      { kind: 'timeout', message: 'No answer within 200 ms' },
      { kind: 'cancelled' },
    ]);
    await harness.upstream.close();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(countOf(server, 'initialize')).toBe(1);
    expect(countOf(server, 'tools/call')).toBe(0);
  });

  test('where the server has to be told of other roots first', async () => {
    const { server, harness } = await both();
    await until(() => server.streams.size === 1);
    const [stream] = server.streams;
    stream!.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 'r1', method: 'roots/list' })}\n\n`);
    await until(() => server.requests.some(({ message }) => message?.id === 'r1'));
    const results = await Promise.all([
      harness.call('echo', {}, { peer, timeoutMillis: 100 }),
      harness.call('echo', {}, { peer, signal: AbortSignal.timeout(50) }),
    ]);
    expect(results.map(failureOf)).toMatchObject([{ kind: 'timeout' }, { kind: 'cancelled' }]);
    expect(countOf(server, 'tools/call')).toBe(0);
  });
});

describe('createUpstream over HTTP', () => {
  test('puts carrier and further fields into the headers of each call, beside the configured ones', async () => {
    const server = await fake();
    const harness = await connected(
      http(server.url, { authorization: 'Bearer x', traceparent: 'stale', 'mcp-session-id': 'fake' }),
    );
    const carrier = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-3333333333333333-01' };
    const headers = { 'X-Request-Id': 'r-1', traceparent: 'other' };
    await harness.call('echo', {}, { begin: () => ({ carrier, headers }) });
    expect(server.headersOf('tools/call')).toMatchObject({
      authorization: 'Bearer x',
      'x-request-id': 'r-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-3333333333333333-01',
      'mcp-session-id': [...server.sessions][0],
    });
  });

  test.each([
    [400, 'backend-error', 'http_4xx'],
    [429, 'throttled', 'http_4xx'],
    [500, 'backend-error', 'http_5xx'],
    [503, 'backend-error', 'http_5xx'],
    [302, 'backend-error', 'other'],
    [202, 'backend-error', 'empty_result'],
    [204, 'backend-error', 'empty_result'],
  ])('HTTP %i is %s %s', async (status, kind, backendErrorKind) => {
    const { harness } = await both({
      intercept: ({ message }, response) => {
        if (message?.method === 'tools/call') {
          response.writeHead(status).end();
        }
        return message?.method === 'tools/call';
      },
    });
    expect(failureOf(await harness.call('echo'))).toMatchObject({ kind, backendErrorKind });
  });

  test('a host that only drops the connection of a call is a backend-error transport', async () => {
    const { harness } = await both();
    expect(failureOf(await harness.call('drop'))).toMatchObject({
      kind: 'backend-error',
      backendErrorKind: 'transport',
    });
    expect(textOf(await harness.call('echo', { text: 'next' }))).toBe('next');
  });

  test('a host that is lost before what its callers had set is set again is not taken for ready', async () => {
    const server = await fake();
    const { diary, upstream } = await connected(http(server.url), {}, { probeIntervalMillis: 50 });
    const setLevel = { method: 'logging/setLevel', params: { level: 'debug' }, begin, timeoutMillis: 2_000 };
    expect(await upstream.request(setLevel)).toMatchObject({ ok: true });
    await server.kill();
    await until(() => upstream.status.readiness === 'unreachable');
    const told = diary.statuses.length;
    let failures = Infinity;
    const dying = await fake({
      port: Number(new URL(server.url).port),
      intercept: ({ message }) => {
        const isLast = message?.method === 'logging/setLevel';
        if (isLast) {
          failures = upstream.status.consecutiveFailures;
          void dying.kill();
        }
        return isLast;
      },
    });
    await until(() => upstream.status.consecutiveFailures > failures || diary.statuses.includes('ready', told));
    expect(diary.statuses.slice(told)).not.toContain('ready');
    expect(upstream.status.lastError).toContain('connection refused');
  });

  test('a host that is killed in the middle of a call is host-died, then unreachable, and ready again when it is back', async () => {
    const { url, child } = await fakeProcess();
    const harness = await connected(http(url), {}, { probeIntervalMillis: 200 });
    const running = harness.call('hang');
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGKILL');
    expect(failureOf(await running)).toMatchObject({ kind: 'host-died' });
    expect(failureOf(await harness.call('echo'))).toMatchObject({
      kind: 'backend-unreachable',
      message: expect.stringContaining('connection refused'),
    });
    await fakeProcess(Number(new URL(url).port));
    await until(() => harness.upstream.status.readiness === 'ready', 10_000);
    expect(textOf(await harness.call('echo', { text: 'back' }))).toBe('back');
  });

  test.each([
    ['legacy', 'modern'],
    ['modern', 'legacy'],
  ] as const)(
    'finds out the era anew when a server of the %s era is replaced by one of the %s era',
    async (first, second) => {
      const before = await fake({ era: first });
      const harness = await connected(http(before.url), {}, { probeIntervalMillis: 100 });
      await before.kill();
      await fake({ era: second, port: Number(new URL(before.url).port) });
      await until(
        () => harness.upstream.status.era === second && harness.upstream.status.readiness === 'ready',
        10_000,
      );
      expect(textOf(await harness.call('echo', { text: second }))).toBe(second);
    },
  );

  test('an upstream that was never there is unreachable, with the reason', async () => {
    const gone = await fake();
    await gone.kill();
    const { upstream } = createHarness(http(gone.url));
    expect(await upstream.connect(5_000)).toMatchObject({ kind: 'backend-unreachable', message: 'connection refused' });
    expect(upstream.status).toMatchObject({
      readiness: 'unreachable',
      lastError: 'connection refused',
      hasBeenTried: true,
    });
  });

  test.each(['not a url', 'ftp://127.0.0.1/'])(
    'settings that can not work (%s) are unreachable, nothing is thrown',
    async (url) => {
      const { upstream } = createHarness(http(url));
      expect(await upstream.connect(5_000)).toMatchObject({ kind: 'backend-unreachable' });
    },
  );

  test('an upstream that wants credentials says so', async () => {
    const server = await fake({
      intercept: (_request, response) => {
        response.writeHead(401).end();
        return true;
      },
    });
    const { upstream } = createHarness(http(server.url));
    expect(await upstream.connect(5_000)).toMatchObject({
      httpStatus: 401,
      message: expect.stringContaining('HTTP 401'),
    });
  });

  test('a header value that HTTP can not carry fails its call only', async () => {
    const { harness } = await both();
    const broken = { begin: () => ({ carrier: {}, headers: { 'x-broken': 'line\r\nbreak' } }) };
    expect(failureOf(await harness.call('echo', {}, broken))).toMatchObject({ kind: 'backend-error' });
    expect(textOf(await harness.call('echo', { text: 'next' }))).toBe('next');
  });
});
