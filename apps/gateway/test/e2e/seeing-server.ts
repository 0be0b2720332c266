// An MCP server whose one tool, `seen`, answers with what reached it: the HTTP headers and `params._meta`.
// Handshake era; over HTTP inside a test, over stdio as a program of its own.
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

interface Message {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly protocolVersion?: string; readonly _meta?: object };
}

const TOOL = { name: 'seen', description: 'Says what reached the server', inputSchema: { type: 'object' } };
const SERVER_INFO = { name: 'seeing-server', version: '1.0.0' };

function resultOf({ method, params = {} }: Message, headers: IncomingHttpHeaders): object | undefined {
  const { _meta: meta = {} } = params;
  const seen = { headers, meta };
  const results: Readonly<Record<string, object>> = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: SERVER_INFO },
    ping: {},
    'tools/list': { tools: [TOOL] },
    'tools/call': { content: [{ type: 'text', text: JSON.stringify(seen) }], structuredContent: seen },
  };
  return results[method];
}

function answer(message: Message, headers: IncomingHttpHeaders): string {
  const result = resultOf(message, headers);
  const outcome = result === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result };
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, ...outcome });
}

/** Serves over HTTP on a free port. */
export async function startSeeingServer(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = request.method === 'POST' ? (JSON.parse(Buffer.concat(chunks).toString()) as Message) : undefined;
      if (message?.id === undefined) {
        response.writeHead(message ? 202 : 405).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'one' });
      response.end(answer(message, request.headers));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, server };
}

if (import.meta.main) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.id !== undefined) {
      process.stdout.write(`${answer(message, {})}\n`);
    }
  });
}
