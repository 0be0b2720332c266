import { connect } from 'node:tls';

/** How long each question beside the conversation may take. */
const PROBE_MILLIS = 2_000;
/** Where servers have their endpoint, most usual first. */
const USUAL_PATHS = ['/mcp', '/mcp/', '/api/mcp', '/'];

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether the port of `url` answers a TLS handshake, whoever's certificate it shows. */
export function speaksTls(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replaceAll(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
      // No secret is sent: only whether it speaks TLS is asked.
      rejectUnauthorized: false,
    });
    const end = (isTls: boolean): void => {
      socket.destroy();
      resolve(isTls);
    };
    socket.setTimeout(PROBE_MILLIS, () => end(false));
    socket.once('secureConnect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** The URL at which the server offers the transport of 2024-11-05: a stream that begins with the event `endpoint`. */
export async function offersSse({ url, headers }: Target): Promise<string | undefined> {
  const candidates = [...new Set([url, new URL('/sse', url).href])];
  const heads = await Promise.all(
    candidates.map((each) => ask(each, { method: 'GET', headers: { ...headers, accept: 'text/event-stream' } })),
  );
  return candidates.find((_each, index) => {
    const head = heads[index];
    return head?.isStream === true && /^event: *endpoint\b/m.test(head.text);
  });
}

/** A usual path at which a server answers as MCP does, where the configured one does not. */
export async function findMcpPath({ url, headers }: Target): Promise<string | undefined> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'dcc-mcp-gateway doctor', version: '1' },
    },
  });
  const { pathname } = new URL(url);
  const accept = 'application/json, text/event-stream';
  const request = { method: 'POST', body, headers: { ...headers, accept, 'content-type': 'application/json' } };
  const candidates = USUAL_PATHS.filter((usual) => usual !== pathname).map((path) => new URL(path, url).href);
  const answers = await Promise.all(candidates.map((each) => ask(each, request)));
  return candidates.find((_each, index) =>
    /"jsonrpc"\s*:\s*"2\.0".*"protocolVersion"|"protocolVersion".*"jsonrpc"\s*:\s*"2\.0"/s.test(
      answers[index]?.text ?? '',
    ),
  );
}

interface Head {
  readonly isStream: boolean;
  /** The first of what came. */
  readonly text: string;
}

/** Asks once, and reads the beginning of the answer; nothing where there is none in time. */
async function ask(url: string, request: RequestInit): Promise<Head | undefined> {
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(PROBE_MILLIS) });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const reader = response.body?.getReader();
    const first = response.ok ? await reader?.read() : undefined;
    await reader?.cancel();
    return { isStream, text: new TextDecoder().decode(first?.value) };
  } catch {
    return undefined;
  }
}
