import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a faulty upstream does with a call, and what every surface must then say. */
export interface Fault {
  readonly name: string;
  readonly what: string;
  readonly kind?: string;
  readonly outcome: string;
  /** Does it to the answer of one `tools/call`. Absent: the fault is a child process that ends. */
  readonly commit?: (request: IncomingMessage, response: ServerResponse, id: unknown) => void;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function rpc(id: unknown, body: object): object {
  return { jsonrpc: '2.0', id, ...body };
}

/** Every way a call can end behind the gateway. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'none',
    what: 'an upstream that answers',
    outcome: 'ok',
    commit: (_, response, id) =>
      sendJson(response, 200, rpc(id, { result: { content: [{ type: 'text', text: 'done' }] } })),
  },
  {
    name: 'iserror',
    what: 'a tool that says isError',
    kind: 'tool-error',
    outcome: 'tool_error',
    commit: (_, response, id) => sendJson(response, 200, rpc(id, { result: { isError: true, content: [] } })),
  },
  {
    name: 'unsuccessful',
    what: 'a tool that says success false',
    kind: 'tool-error',
    outcome: 'tool_error',
    commit: (_, response, id) =>
      sendJson(response, 200, rpc(id, { result: { content: [], structuredContent: { success: false } } })),
  },
  {
    name: 'rpcerror',
    what: 'a JSON-RPC error',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response, id) =>
      sendJson(response, 200, rpc(id, { error: { code: -32603, message: 'inner trouble' } })),
  },
  {
    name: 'http500',
    what: 'HTTP 500',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response) => sendJson(response, 500, { error: 'inner trouble' }),
  },
  {
    name: 'html',
    what: 'a page of HTML',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'),
  },
  {
    name: 'garbage',
    what: 'broken JSON',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":'),
  },
  {
    name: 'empty',
    what: 'an empty body',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(),
  },
  {
    name: 'scalar',
    what: 'a result that is no object',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response, id) => sendJson(response, 200, rpc(id, { result: 7 })),
  },
  {
    name: 'contentless',
    what: 'a tool result whose content is no list',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response, id) => sendJson(response, 200, rpc(id, { result: { content: 5 } })),
  },
  {
    name: 'cutstream',
    what: 'an event stream that ends without the answer',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n'),
  },
  {
    name: 'reset',
    what: 'a connection broken off by a host that lives on',
    kind: 'backend-error',
    outcome: 'protocol_error',
    commit: (request) => request.socket.destroy(),
  },
  {
    name: 'hang',
    what: 'no answer in time',
    kind: 'timeout',
    outcome: 'timeout',
    commit: () => undefined,
  },
  { name: 'exit', what: 'a child process that ends', kind: 'host-died', outcome: 'host_died' },
];
