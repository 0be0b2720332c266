// MCP on the wire, without a client library: a test sees the HTTP status and every header, and may leave in the middle.
import type { Json } from '../fixtures/callers.ts';

export interface RawOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly meta?: Json;
  /** Aborting it closes the connection. */
  readonly signal?: AbortSignal;
  readonly id?: string | number;
}

/** The one message that answers a request. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly result?: Json;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client of one era; a handshake-era one has its session. */
export interface RawMcp {
  readonly era: 'legacy' | 'modern';
  /** The headers that name the session of a handshake-era one. */
  readonly session?: Readonly<Record<string, string>>;
  request(method: string, params: Json, options?: RawOptions): Promise<RawAnswer>;
  notify(method: string, params: Json): Promise<void>;
}

const MODERN = '2026-07-28';
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** The last message of a body that is JSON or an event stream. */
export function parseAnswer(text: string): Json {
  if (!text.includes('data: ')) {
    return text === '' ? {} : (JSON.parse(text) as Json);
  }
  const lines = text.split('\n').filter((line) => line.startsWith('data: {'));
  return JSON.parse((lines.at(-1) ?? 'data: {}').slice(6)) as Json;
}

async function post(url: string, body: Json, options: RawOptions): Promise<RawAnswer> {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...options.headers },
    body: JSON.stringify(body),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, ...parseAnswer(text) };
}

/** The envelope of a 2026-07-28 request. */
export const modernMeta: Json = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0.0' },
};

let lastId = 0;

export function openModern(url: string): RawMcp {
  return {
    era: 'modern',
    request: (method, params, options = {}) => {
      lastId += 1;
      const name = (params['name'] ?? params['uri']) as string | undefined;
      const headers = {
        'mcp-protocol-version': MODERN,
        'mcp-method': method,
        ...(name === undefined ? {} : { 'mcp-name': name }),
        ...options.headers,
      };
      const sent = { ...params, _meta: { ...modernMeta, ...options.meta } };
      return post(url, { jsonrpc: '2.0', id: options.id ?? lastId, method, params: sent }, { ...options, headers });
    },
    notify: async () => {},
  };
}

/** Opens a session. */
export async function openLegacy(url: string, headers: Readonly<Record<string, string>> = {}): Promise<RawMcp> {
  const clientInfo = { name: 'raw', version: '1.0.0' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const { headers: given } = await post(url, { jsonrpc: '2.0', id: 0, method: 'initialize', params }, { headers });
  const session = { 'mcp-session-id': given.get('mcp-session-id') ?? '', 'mcp-protocol-version': '2025-11-25' };
  const send = (body: Json, options: RawOptions = {}): Promise<RawAnswer> =>
    post(url, { jsonrpc: '2.0', ...body }, { ...options, headers: { ...session, ...options.headers } });
  await send({ method: 'notifications/initialized' });
  return {
    era: 'legacy',
    session,
    request: (method, sent, options = {}) => {
      lastId += 1;
      const withMeta = options.meta === undefined ? sent : { ...sent, _meta: options.meta };
      return send({ id: options.id ?? lastId, method, params: withMeta }, options);
    },
    notify: async (method, sent) => void (await send({ method, params: sent })),
  };
}
