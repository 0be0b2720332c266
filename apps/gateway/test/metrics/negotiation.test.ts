// One rule for Accept and Accept-Encoding: the same headers mean the same wherever something is negotiated.
import { acceptsEncoding, acceptsMediaType } from '@dcc-mcp/content-negotiation';
import { createGateway, type RunningGateway } from '@dcc-mcp/gateway';
import { compression } from '@dcc-mcp/http-adapter/compression';
import { negotiateFormat } from '@dcc-mcp/prometheus-bridge';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

let gateway: RunningGateway;
let sessionId = '';

beforeAll(async () => {
  gateway = await createGateway({ enablePrometheus: true });
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const response = await fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  sessionId = response.headers.get('mcp-session-id') ?? '';
});
afterAll(() => gateway.stop());

/** Asks with these headers and no others: `fetch` would add some. */
async function ask(path: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const [response] = (await once(get(`${gateway.url}${path}`, { headers }), 'response')) as [IncomingMessage];
  response.destroy();
  return response;
}

function given(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

const ENCODINGS: readonly (readonly [header: string | undefined, isGzip: boolean])[] = [
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['x-gzip', true],
  ['zstd, gzip;q=0.5', true],
  ['gzip;q=abc', false],
  ['gzip;q=1.5', false],
  ['gzip;q=abc, *', true],
  ['gzip;q=0', false],
  ['gzip;q=0, *', false],
  ['*;q=0', false],
  ['*', true],
  ['identity;q=0', false],
  ['identity, gzip;q=0.5', false],
];

const GZIP_USERS: Readonly<Record<string, (header: string | undefined) => unknown>> = {
  'the rule itself': (header) => (acceptsEncoding(header, 'gzip') ? 'gzip' : null),
  'compression of http-adapter': async (header) => {
    const text = new Response('text', { headers: { 'content-type': 'text/plain' } });
    const request = new Request('http://gateway/', { headers: given('accept-encoding', header) });
    return (await compression({ minBytes: 0 })(async () => text)(request, {})).headers.get('content-encoding');
  },
  '/metrics of the gateway': async (header) =>
    (await ask('/metrics', given('accept-encoding', header))).headers['content-encoding'] ?? null,
};

describe.each(Object.entries(GZIP_USERS))('Accept-Encoding, read by %s', (_name, encodingFor) => {
  test.each(ENCODINGS)('%p: gzip %p', async (header, isGzip) => {
    expect(await encodingFor(header)).toBe(isGzip ? 'gzip' : null);
  });
});

/** `TYPE` stands for the media type that is offered. */
const MEDIA_TYPES: readonly (readonly [header: string | undefined, isWelcome: boolean])[] = [
  [undefined, true],
  ['', true],
  ['TYPE', true],
  ['application/json, TYPE;q=0.1', true],
  ['text/*', true],
  ['*/*', true],
  ['*', true],
  ['application/json', false],
  ['TYPE;q=0', false],
  ['TYPE;q=0, */*;q=0', false],
  ['application/json, TYPE;q=abc', false],
  ['TYPE;q=abc', true],
  ['TYPEs', false],
];

const EVENTS = 'text/event-stream';
const MEDIA_TYPE_USERS: Readonly<Record<string, (accept: (type: string) => string | undefined) => unknown>> = {
  'the rule itself': (accept) => acceptsMediaType(accept(EVENTS), EVENTS),
  'the choice of an exposition format': (accept) => negotiateFormat(accept('text/plain')) !== undefined,
  '/metrics of the gateway': async (accept) =>
    (await ask('/metrics', given('accept', accept('text/plain')))).statusCode === 200,
  'the event stream of /mcp': async (accept) =>
    (await ask('/mcp', { 'mcp-session-id': sessionId, ...given('accept', accept(EVENTS)) })).statusCode === 200,
};

describe.each(Object.entries(MEDIA_TYPE_USERS))('Accept, read by %s', (_name, isWelcomeTo) => {
  test.each(MEDIA_TYPES)('%p: welcome %p', async (header, isWelcome) => {
    expect(await isWelcomeTo((type) => header?.replaceAll('TYPE', type))).toBe(isWelcome);
  });
});
