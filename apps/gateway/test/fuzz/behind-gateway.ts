// The hostile server behind a gateway beside nothing else, and requests that reach it.
import { type GatewayUnderFire, startUnderFire } from './gateway-under-fire.ts';
import { startHostileServer, type WrittenAnswer } from './hostile-server.ts';
import { toBytes } from './target.ts';

/** Bounds how long an input takes that leaves the gateway without an answer. */
const CALL_TIMEOUT_MILLIS = 400;
/** A good server answers again within this time after whatever it said before. */
const RECOVERY_MILLIS = 10_000;
/** So that refused connections of one input don't refuse the next. */
const NO_CIRCUIT = { circuitFailureThreshold: 1_000_000_000 };

export type Method = 'tools/call' | 'resources/read' | 'resources/list' | 'prompts/get' | 'completion/complete';

const PARAMS: Readonly<Record<Method, object>> = {
  'tools/call': { name: 'work', arguments: {} },
  'resources/read': { uri: 'file:///a' },
  'resources/list': {},
  'prompts/get': { name: 'p', arguments: {} },
  'completion/complete': { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'b' } },
};

export interface BehindGateway {
  /** What the gateway's client gets when the server answers so: the outcome in a word. */
  ask(method: Method, answer: WrittenAnswer): Promise<string>;
  /** @throws {Error} Where a right answer doesn't arrive soon again. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export async function startBehindGateway(): Promise<BehindGateway> {
  const server = await startHostileServer();
  const hostile = { url: server.url, timeoutMs: CALL_TIMEOUT_MILLIS };
  const gateway = await startUnderFire({ mcpServers: { hostile }, limits: NO_CIRCUIT }, ['--expose', 'all']);
  const session = await openSession(gateway.url);
  const ask = (method: Method, written = ''): Promise<string> => askGateway(gateway, session, { method, written });
  return {
    async ask(method, answer) {
      server.write(answer);
      const outcome = await ask(method, toBytes(answer.body).toString());
      server.write(undefined);
      return outcome;
    },
    async recover() {
      for (const deadline = Date.now() + RECOVERY_MILLIS; (await ask('tools/call')) !== 'result';) {
        if (Date.now() > deadline) {
          throw new Error('a right answer of the server no longer arrives');
        }
      }
    },
    async close() {
      await gateway.stop();
      server.close();
    },
  };
}

const HEADERS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };

async function openSession(url: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'fuzz', version: '1' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const response = await fetch(`${url}/mcp`, { method: 'POST', headers: HEADERS, body });
  return response.headers.get('mcp-session-id') ?? '';
}

interface Asking {
  readonly method: Method;
  /** What the server answers. */
  readonly written: string;
}

async function askGateway(gateway: GatewayUnderFire, session: string, { method, written }: Asking): Promise<string> {
  const message = { jsonrpc: '2.0', id: 9, method, params: PARAMS[method] };
  const answer = await gateway.post('/mcp', message, { ...HEADERS, 'mcp-session-id': session });
  const text = answer.type.startsWith('text/event-stream') ? lastData(answer.text) : answer.text;
  const { id, method: asked, result, error } = JSON.parse(text) as RpcMessage;
  // A server may ask its client meanwhile, by any name; the gateway makes up none.
  if (typeof asked === 'string' && written.includes(JSON.stringify(asked))) {
    return 'asked';
  }
  if (id !== 9 || (result === undefined) === (typeof error?.message !== 'string')) {
    throw new Error(`no JSON-RPC answer: ${answer.status} ${answer.text}`);
  }
  return result === undefined ? 'error' : 'result';
}

interface RpcMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message?: unknown };
}

const lastData = (stream: string): string =>
  /^data: ?(.*)$/m.exec(stream.slice(stream.lastIndexOf('data:')))?.[1] ?? '';
