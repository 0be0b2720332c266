// Every way into the gateway that calls a tool.
import type { Json } from '../fixtures/callers.ts';
import type { RawMcp } from './raw-mcp.ts';

/** One call, whatever the way. */
export interface WayCall {
  readonly url: string;
  readonly legacy: RawMcp;
  readonly modern: RawMcp;
  readonly slug: string;
  readonly instanceId: string;
  /** Absent: the request does not say which tool it means. */
  readonly hasNoTool?: true;
  readonly arguments: Json;
  readonly traceparent: string;
  readonly id: string;
  readonly signal?: AbortSignal;
}

/** What the caller sees of the call itself, not of what is around it. */
export interface Seen {
  readonly httpStatus: number;
  readonly kind?: unknown;
  /** Code of a JSON-RPC error. */
  readonly code?: number;
  readonly isError?: unknown;
}

export interface WayIn {
  readonly name: string;
  readonly what: string;
  /** `--expose` of the gateway it exists on. */
  readonly face: 'search' | 'all';
  readonly isRest: boolean;
  readonly isBatch: boolean;
  call(call: WayCall): Promise<Seen>;
}

const errorOf = (body: Json | undefined): Json | undefined => body?.['error'] as Json | undefined;

/** An item carries its error itself, or in its result where the tool answered. */
function kindOfItem(body: Json | undefined): unknown {
  const [item] = (body?.['results'] ?? []) as readonly Json[];
  const error = errorOf(item) ?? errorOf(item?.['result'] as Json | undefined) ?? errorOf(body);
  return error?.['kind'];
}

async function post(
  url: string,
  body: Json,
  { traceparent, signal }: WayCall,
): Promise<{ status: number; body: Json }> {
  const headers = { 'content-type': 'application/json', traceparent };
  const init = { method: 'POST', headers, body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) };
  const response = await fetch(url, init);
  return { status: response.status, body: (await response.json()) as Json };
}

const single = (call: WayCall): Json => ({
  ...(call.hasNoTool === true ? {} : { tool_slug: call.slug }),
  arguments: call.arguments,
});
const batch = (call: WayCall): Json => ({ calls: [single(call)] });

async function overMcp(client: RawMcp, name: string, args: Json, call: WayCall): Promise<Seen & { body: Json }> {
  const { id, signal, traceparent } = call;
  const options = { id, meta: { traceparent }, ...(signal === undefined ? {} : { signal }) };
  const { status, result, error } = await client.request('tools/call', { name, arguments: args }, options);
  const body = (result?.['structuredContent'] ?? {}) as Json;
  return {
    httpStatus: status,
    isError: result?.['isError'],
    body,
    ...(error === undefined ? {} : { code: error.code }),
  };
}

async function mcpSingle(client: RawMcp, call: WayCall): Promise<Seen> {
  const { body, ...seen } = await overMcp(client, 'call', single(call), call);
  return { ...seen, kind: errorOf(body)?.['kind'] };
}

export const WAYS_IN: readonly WayIn[] = [
  {
    name: 'legacy',
    what: 'MCP 2025-11-25',
    face: 'search',
    isRest: false,
    isBatch: false,
    call: (call) => mcpSingle(call.legacy, call),
  },
  {
    name: 'modern',
    what: 'MCP 2026-07-28',
    face: 'search',
    isRest: false,
    isBatch: false,
    call: (call) => mcpSingle(call.modern, call),
  },
  {
    name: 'mcpbatch',
    what: 'an MCP batch',
    face: 'search',
    isRest: false,
    isBatch: true,
    call: async (call) => {
      const { body, ...seen } = await overMcp(call.legacy, 'call', batch(call), call);
      return { ...seen, kind: kindOfItem(body) };
    },
  },
  {
    name: 'exposed',
    what: '--expose all',
    face: 'all',
    isRest: false,
    isBatch: false,
    call: async (call) => {
      const { body, ...seen } = await overMcp(call.legacy, call.slug, call.arguments, call);
      return { ...seen, kind: errorOf(body)?.['kind'] };
    },
  },
  {
    name: 'rest',
    what: 'POST /v1/call',
    face: 'search',
    isRest: true,
    isBatch: false,
    call: async (call) => {
      const { status, body } = await post(`${call.url}/v1/call`, single(call), call);
      return { httpStatus: status, kind: errorOf(body)?.['kind'] };
    },
  },
  {
    name: 'restbatch',
    what: 'POST /v1/call_batch',
    face: 'search',
    isRest: true,
    isBatch: true,
    call: async (call) => {
      const { status, body } = await post(`${call.url}/v1/call_batch`, batch(call), call);
      return { httpStatus: status, kind: kindOfItem(body) };
    },
  },
  {
    name: 'instance',
    what: 'POST /v1/dcc/…/call',
    face: 'search',
    isRest: true,
    isBatch: false,
    call: async (call) => {
      const [dcc = '', , ...tool] = call.slug.split('.');
      const path = `${call.url}/v1/dcc/${dcc}/instances/${call.instanceId}/call`;
      const sent = { ...(call.hasNoTool === true ? {} : { backend_tool: tool.join('.') }), arguments: call.arguments };
      const { status, body } = await post(path, sent, call);
      return { httpStatus: status, kind: errorOf(body)?.['kind'] };
    },
  },
];
