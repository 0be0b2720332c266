import type { Caller, Json } from '../fixtures/callers.ts';

/** What an entry point is given to call one tool. */
export interface EntryCall {
  readonly url: string;
  readonly mcp: Caller;
  readonly slug: string;
  readonly instanceId: string;
  readonly traceparent: string;
}

/** One way into the gateway that calls a tool; gives the error of the call, if there is one. */
export interface EntryPoint {
  readonly name: string;
  readonly what: string;
  call(call: EntryCall): Promise<Json | undefined>;
}

async function post(url: string, traceparent: string, body: Json): Promise<Json> {
  const headers = { 'content-type': 'application/json', traceparent };
  return (await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as Json;
}

function errorOf(answer: Json): Json | undefined {
  return answer['error'] as Json | undefined;
}

/** An item carries its error itself, or in its result where the tool answered. */
function errorOfItem(answer: Json): Json | undefined {
  const [item] = answer['results'] as readonly Json[];
  return errorOf(item!) ?? errorOf((item!['result'] ?? {}) as Json);
}

/** The five ways into the gateway that call a tool. */
export const ENTRY_POINTS: readonly EntryPoint[] = [
  {
    name: 'mcp',
    what: 'MCP call',
    call: async ({ mcp, slug, traceparent }) => errorOf(await mcp.run('call', { tool_slug: slug }, { traceparent })),
  },
  {
    name: 'mcpbatch',
    what: 'MCP batch',
    call: async ({ mcp, slug, traceparent }) =>
      errorOfItem(await mcp.run('call', { calls: [{ tool_slug: slug }] }, { traceparent })),
  },
  {
    name: 'rest',
    what: 'REST call',
    call: async ({ url, slug, traceparent }) => errorOf(await post(`${url}/v1/call`, traceparent, { tool_slug: slug })),
  },
  {
    name: 'restbatch',
    what: 'REST batch',
    call: async ({ url, slug, traceparent }) =>
      errorOfItem(await post(`${url}/v1/call_batch`, traceparent, { calls: [{ tool_slug: slug }] })),
  },
  {
    name: 'instance',
    what: 'REST instance call',
    call: async ({ url, slug, instanceId, traceparent }) => {
      const [dcc] = slug.split('.');
      const path = `${url}/v1/dcc/${dcc}/instances/${instanceId}/call`;
      return errorOf(await post(path, traceparent, { backend_tool: 'work' }));
    },
  },
];
