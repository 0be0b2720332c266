// What agents do in a studio: every kind of call and how it can end, over MCP and over REST.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

type Json = Readonly<Record<string, unknown>>;

const AGENT = {
  agent_id: 'lighting-agent',
  agent_name: 'Lighting agent',
  agent_kind: 'llm',
  agent_version: '2.1.0',
  actor_id: 'artist-7',
  task: 'light shot sq010_sh020',
};

/** A caller of one gateway. */
export class Caller {
  readonly #url: string;
  #instances: readonly Json[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  async get(path: string): Promise<Json> {
    return (await (await fetch(this.#url + path)).json()) as Json;
  }

  async post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Json> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Json;
  }

  /** The slug of a tool of the host that is named so. */
  async slug(name: string, tool: string): Promise<string> {
    if (this.#instances.length === 0) {
      this.#instances = (await this.get('/v1/instances'))['instances'] as readonly Json[];
    }
    const found = this.#instances.find((each) => each['name'] === name);
    return `${String(found?.['dcc_type'])}.${String(found?.['instance_short'])}.${tool}`;
  }

  async call(name: string, tool: string, args: object = {}): Promise<Json> {
    const tool_slug = await this.slug(name, tool);
    return this.post('/v1/call', { tool_slug, arguments: args, meta: { agent_context: AGENT } });
  }
}

/** One of each: what goes well, each way to fail, slow ones, batches, searches with and without a result. */
export async function doEverything(url: string): Promise<void> {
  const caller = new Caller(url);
  const { search_id: searchId } = await caller.post('/v1/search', {
    query: 'create a sphere',
    meta: { agent_context: AGENT },
  });
  await caller.post('/v1/describe', {
    tool_slug: await caller.slug('maya', 'create_sphere'),
    meta: { search_id: searchId },
  });
  await caller.post('/v1/call', {
    tool_slug: await caller.slug('maya', 'create_sphere'),
    arguments: { radius: 2 },
    meta: { search_id: searchId, agent_context: AGENT },
  });
  await caller.post('/v1/search', { query: 'brew a pot of coffee', meta: { agent_context: AGENT } });
  await caller.call('maya', 'export_fbx', { path: '/projects/sq010/sh020.fbx' });
  await caller.call('maya', 'create_sphere', { radius: 'wide' });
  await caller.call('maya', 'no_such_tool');
  await caller.call('nuke', 'render_frame', { frame: 1 });
  await caller.call('vault', 'create_sphere', { radius: 1 });
  await caller.call('houdini', 'run_script', { code: 'print(1)\nprint(2)' });
  // The second waits for the first: the host has one main thread.
  await Promise.all([
    caller.call('houdini', 'render_frame', { frame: 1001, seconds: 1.1 }),
    caller.call('maya', 'hang'),
    caller.call('maya', 'create_sphere', { radius: 1 }),
  ]);
  const sphere = { tool_slug: await caller.slug('houdini', 'create_sphere'), arguments: { radius: 1 } };
  await caller.post('/v1/call_batch', { calls: [sphere, sphere, { tool_slug: 'houdini.00000000.gone' }, sphere] });
  await overMcp(url, sphere);
}

async function overMcp(url: string, call: Readonly<Record<string, unknown>>): Promise<void> {
  const client = new Client({ name: 'page-tests', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  await client.callTool({ name: 'search', arguments: { query: 'render a frame' } });
  await client.callTool({ name: 'call', arguments: call });
  await client.close();
}
