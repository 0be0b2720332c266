// How a client of each kind calls a tool over one keep-alive connection: `open` once, which gives the headers, then the
// `body` of each call, and what its answer `said`: undefined where it is not the answer to this call, or one of a failure.
// Ids are those of the load: there are servers to which all clients are one.
import { parseBody } from './http-connection.mjs';

const CLIENT = { name: 'bench', version: '1.0.0' };
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};

const toCall = (id, params) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });

function textOf(answer, id) {
  const message = answer.status === 200 ? parseBody(answer) : undefined;
  return message?.id === id && message.result?.isError !== true ? message.result?.content?.[0]?.text : undefined;
}

/** A session of the handshake: the revision is the one that the server chose. */
async function openSession(connection, _tool, id) {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT };
  const answer = await connection.post(
    JSON_HEADERS,
    JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params }),
  );
  const { result, error } = parseBody(answer);
  if (result === undefined) {
    throw new Error(`no session: HTTP ${answer.status} ${error?.message ?? answer.body.slice(0, 300)}`);
  }
  const session = /\r\nmcp-session-id: *(\S+)/i.exec(answer.head)?.[1];
  const headers = {
    ...JSON_HEADERS,
    'mcp-protocol-version': result.protocolVersion,
    ...(session && { 'mcp-session-id': session }),
  };
  await connection.post(headers, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  return headers;
}

export const CLIENTS = {
  legacy: { open: openSession, body: toCall, said: textOf },
  modern: {
    open: (_connection, tool) =>
      Promise.resolve({
        ...JSON_HEADERS,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': tool,
      }),
    body: (id, params) => toCall(id, { ...params, _meta: MODERN_META }),
    said: textOf,
  },
  /** No MCP: the body is the arguments, and the answer has an `output`. */
  rest: {
    open: () => Promise.resolve({ 'content-type': 'application/json', accept: 'application/json' }),
    body: (_id, params) => JSON.stringify(params.arguments),
    said: ({ status, body }) => (status === 200 ? JSON.parse(body).output : undefined),
  },
};
