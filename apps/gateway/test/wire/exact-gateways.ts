// Two gateways, one for each thing they can expose, in front of the upstreams that write by hand, and clients that do so too.
import { findSlug } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { startExactServers } from './exact-servers.ts';

/** Names of the upstreams: over standard streams, and over HTTP as a body and as a stream, in both eras. */
export const SERVERS = ['pipe', 'json', 'sse', 'newjson', 'newsse'] as const;

/** What came back, as text. */
export interface Received {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

export interface ExactGateways {
  readonly all: RunningGateway;
  readonly search: RunningGateway;
  /** The slug of a tool. */
  slug(server: string, tool: string): string;
  /** The name of a tool under `--expose all`. */
  exposed(server: string, tool: string): string;
  /** Posts to `/mcp` in a session of 2025-03-26; `accept` is JSON unless given. */
  legacy(gateway: RunningGateway, body: string, accept?: string): Promise<Received>;
  stop(): Promise<void>;
}

/** Posts a text. */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Received> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

async function openSession({ url }: RunningGateway): Promise<string> {
  const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  });
  return response.headers.get('mcp-session-id')!;
}

/** Starts servers and gateways. Whoever starts them stops them. */
export async function startExactGateways(): Promise<ExactGateways> {
  const servers = await startExactServers();
  const { mcpServers } = servers;
  const [all, search] = await Promise.all([
    startGateway({ config: { mcpServers, server: { expose: 'all' } } }),
    startGateway({ config: { mcpServers } }),
  ]);
  await Promise.all([all.ready(), search.ready()]);
  const opened = [all, search].map(async (gateway) => [gateway, await openSession(gateway)] as const);
  const sessions = new Map(await Promise.all(opened));
  const legacy: ExactGateways['legacy'] = (gateway, body, accept = 'application/json') =>
    post(`${gateway.url}/mcp`, body, { accept, 'mcp-session-id': sessions.get(gateway)! });
  const { text } = await legacy(all, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
  const { result } = JSON.parse(text) as { readonly result: { readonly tools: readonly { name: string }[] } };
  const slugs = new Map<string, string>();
  for (const server of SERVERS) {
    slugs.set(server, (await findSlug(search.url, server, 'exact')).replace(/\.exact$/, ''));
  }
  return {
    all,
    search,
    legacy,
    slug: (server, tool) => `${slugs.get(server)}.${tool}`,
    exposed: (server, tool) => result.tools.find(({ name }) => name.startsWith(server) && name.endsWith(tool))!.name,
    stop: async () => {
      await Promise.all([all.stop(), search.stop()]);
      servers.stop();
    },
  };
}
