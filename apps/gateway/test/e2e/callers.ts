// The three kinds of client in front of the gateway: MCP of both eras, through the official SDK, and plain HTTP.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export type Json = Readonly<Record<string, unknown>>;

/** What a caller tells about itself and its trace. */
interface CallOptions {
  readonly traceparent?: string;
  readonly agentContext?: Json;
  /** REST `meta`, MCP `params._meta`. */
  readonly meta?: Json;
}

/** One client: `run('call', {tool_slug, arguments})` is the same operation over each. */
export interface Caller {
  readonly name: string;
  readonly transport: 'mcp' | 'rest';
  /** Runs search, describe, load_skill or call; gives the body that REST answers (over MCP: `structuredContent`). */
  run(operation: string, body: Json, options?: CallOptions): Promise<Json>;
  close(): Promise<void>;
}

async function connectMcp(url: string, mode: 'legacy' | { readonly pin: string }): Promise<Client> {
  const client = new Client({ name: 'e2e', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  return client;
}

function toMcpCaller(name: string, client: Client): Caller {
  return {
    name,
    transport: 'mcp',
    async run(operation, body, { traceparent, agentContext, meta } = {}) {
      const carried = {
        ...meta,
        ...(traceparent && { traceparent }),
        ...(agentContext && { agent_context: agentContext }),
      };
      const { structuredContent } = await client.callTool({ name: operation, arguments: body, _meta: carried });
      return structuredContent as Json;
    },
    async close() {
      // As a well-behaved client of the handshake era does; the other era has no session to end.
      if (client.transport instanceof StreamableHTTPClientTransport) {
        await client.transport.terminateSession();
      }
      await client.close();
    },
  };
}

function createRestCaller(url: string): Caller {
  return {
    name: 'plain HTTP',
    transport: 'rest',
    async run(operation, body, { traceparent, agentContext, meta } = {}) {
      const response = await fetch(`${url}/v1/${operation}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(traceparent && { traceparent }),
          ...(agentContext && { 'x-dcc-mcp-agent-context': JSON.stringify(agentContext) }),
        },
        body: JSON.stringify({ ...body, ...(meta && { meta }) }),
      });
      return (await response.json()) as Json;
    },
    close: () => Promise.resolve(),
  };
}

/** Connects one client of each kind to the gateway at `url`. */
export async function connectCallers(url: string): Promise<readonly Caller[]> {
  return [
    toMcpCaller('MCP 2025-11-25', await connectMcp(url, 'legacy')),
    toMcpCaller('MCP 2026-07-28', await connectMcp(url, { pin: '2026-07-28' })),
    createRestCaller(url),
  ];
}

/** The slug of an upstream's tool, as search gives it. @throws {Error} When the catalog does not hold the tool. */
export async function findSlug(url: string, dccType: string, tool: string): Promise<string> {
  const found = await createRestCaller(url).run('search', { query: tool, dcc_type: dccType, limit: 100 });
  const hits = found['hits'] as readonly { readonly backend_tool: string; readonly tool_slug: string }[];
  const hit = hits.find(({ backend_tool: name }) => name === tool);
  if (hit === undefined) {
    throw new Error(`no ${tool} of ${dccType} among ${JSON.stringify(hits.map((each) => each.tool_slug))}`);
  }
  return hit.tool_slug;
}
