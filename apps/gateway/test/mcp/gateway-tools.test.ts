// The four MCP tools of the gateway, through the official SDK in both eras: it also checks every answer against the output schema.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

interface ToolResult {
  readonly isError?: boolean;
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
}

let rest: RestGateway;
const clients = new Map<string, Client>();
const ERAS = [
  ['2025-11-25', 'legacy'],
  ['2026-07-28', { pin: '2026-07-28' }],
] as const;

beforeAll(async () => {
  rest = await startRestGateway();
  for (const [name, mode] of ERAS) {
    const client = new Client({ name: 'tools-test', version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${rest.gateway.url}/mcp`)));
    clients.set(name, client);
  }
}, 60_000);

afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.close()));
  await rest?.gateway.stop();
});

describe.each(ERAS.map(([name]) => [name]))('MCP %s', (era) => {
  const callTool = async (name: string, args: Record<string, unknown>): Promise<ToolResult> => {
    await clients.get(era)!.listTools();
    return (await clients.get(era)!.callTool({ name, arguments: args })) as unknown as ToolResult;
  };

  test('lists four tools with schemas and annotations', async () => {
    const { tools } = await clients.get(era)!.listTools();
    expect(tools.map((tool) => [tool.name, tool.annotations?.readOnlyHint, tool.outputSchema?.['type']])).toEqual([
      ['search', true, 'object'],
      ['describe', true, 'object'],
      ['load_skill', false, 'object'],
      ['call', false, 'object'],
    ]);
  });

  test('shows each value of a schema with one type, as models take it', async () => {
    const { tools } = await clients.get(era)!.listTools();
    expect(JSON.stringify(tools)).toMatch(/"anyOf":\[\{"type":"string"\},\{"type":"n/);
    expect(JSON.stringify(tools)).not.toMatch(/"type":\[/);
  });

  test('gives the REST body as structured content and the same as text', async () => {
    const { structuredContent, content, isError } = await callTool('call', {
      tool_slug: rest.toolbox('add'),
      arguments: { a: 2, b: 3 },
    });
    expect([isError ?? false, structuredContent?.['output']]).toEqual([false, { sum: 5 }]);
    expect(JSON.parse(content[0]!.text!)).toEqual(structuredContent);
  });

  test.each([['search'], ['describe'], ['load_skill'], ['call']])(
    'refuses arguments of %s that are no object, and takes them as a JSON string',
    async (name) => {
      const request = (args: unknown) =>
        clients.get(era)!.request({ method: 'tools/call', params: { name, arguments: args } });
      for (const args of [['echo'], 'echo', 7]) {
        expect(await request(args)).toMatchObject({
          isError: true,
          structuredContent: { error: { kind: 'bad-request', message: expect.stringContaining('arguments must be an object') } }, // prettier-ignore
        });
      }
      const asText = await request(JSON.stringify({ tool_slug: 7, query: 7, skill_name: 7 }));
      expect(asText).toMatchObject({ isError: true });
      expect(JSON.stringify(asText)).toContain('must be a string, got number');
    },
  );

  test('refuses a call that names no tool', async () => {
    const call = clients.get(era)!.request({ method: 'tools/call', params: { name: 7 } });
    await expect(call).rejects.toThrow('tools/call needs name, a string');
  });

  test('finds, describes, loads and calls', async () => {
    const found = await callTool('search', { query: 'bevel mesh', dcc_type: 'blender' });
    const [hit] = found.structuredContent!['hits'] as {
      next_step: { operation: string; arguments: Record<string, unknown> };
    }[];
    const loaded = await callTool(hit!.next_step.operation, hit!.next_step.arguments);
    expect(loaded.structuredContent).toMatchObject({ loaded: true });
    const described = await callTool('describe', { tool_slug: rest.blender('create_cube') });
    expect(described.structuredContent).toMatchObject({ tool: { inputSchema: { required: ['size'] } } });
    const called = await callTool('call', { tool_slug: rest.blender('create_cube'), arguments: { size: 1 } });
    expect(called.structuredContent).toMatchObject({ ok: true });
    await rest.post('/v1/unload_skill', { skill_name: 'mesh-tools' });
  });

  test('runs a batch in order', async () => {
    const { structuredContent } = await callTool('call', {
      calls: [
        { tool_slug: rest.toolbox('say'), id: 'a' },
        { tool_slug: rest.toolbox('is_error') },
        { tool_slug: rest.toolbox('say') },
      ],
      stop_on_error: true,
    });
    expect(structuredContent).toMatchObject({ success: false, results: [{ id: 'a', ok: true }, { ok: false }] });
    expect(structuredContent!['results']).toHaveLength(2);
  });

  test('marks what the tool itself reports as an error, with the body REST gives', async () => {
    const result = await callTool('call', { tool_slug: rest.toolbox('is_error') });
    expect(result).toMatchObject({ isError: true, structuredContent: { ok: false, error: { kind: 'tool-error' } } });
  });

  test.each([
    { name: 'search', args: { query: 5 }, kind: 'bad-request', message: 'query must be a string, got number' },
    { name: 'search', args: { limit: 1_000 }, kind: 'bad-request', message: 'limit must be at most 100, got 1000' },
    { name: 'describe', args: {}, kind: 'bad-request', message: 'tool_slug is required, a string' },
    { name: 'load_skill', args: {}, kind: 'bad-request', message: 'skill_name is required, or skill_names' },
    { name: 'call', args: {}, kind: 'bad-request', message: 'tool_slug is required, or calls for several' },
    { name: 'call', args: { calls: [] }, kind: 'bad-request', message: 'calls must have at least 1 item, got 0' },
    {
      name: 'call',
      args: { tool_slug: 'nonsense' },
      kind: 'unknown-slug',
      message: expect.stringContaining('nonsense'),
    },
  ])(
    '$name refuses $args as an error of the tool, with the envelope of REST',
    async ({ name, args, kind, message }) => {
      const { isError, structuredContent, content } = await callTool(name, args);
      expect(isError).toBe(true);
      expect(structuredContent).toMatchObject({
        error: { kind, message },
        request_id: expect.any(String),
        trace_id: expect.any(String),
      });
      expect(JSON.parse(content[0]!.text!)).toEqual(structuredContent);
    },
  );

  test('refuses a tool that is not one of the four', async () => {
    await expect(clients.get(era)!.callTool({ name: 'add', arguments: {} })).rejects.toThrow(/add/);
  });
});
