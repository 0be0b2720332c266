// The bodies of REST: anything may be posted to /v1.
import * as fc from 'fast-check';
import { maya } from '../../fixtures/servers.ts';
import { startUnderFire } from '../gateway-under-fire.ts';
import { jsonText } from '../inputs/json-text.ts';
import { type ByteText, type Target, toBytes } from '../target.ts';

export interface RestInput {
  readonly path: string;
  readonly body: ByteText;
}

const SLUG = 'maya.$ID.create_cube';
const INSTANCE = { instance_id: '0a1b2c3d-0000-4000-8000-000000000000' };
const BODIES: Readonly<Record<string, object>> = {
  '/v1/search': {
    query: 'make a cube',
    or_queries: ['box', 'sphere'],
    dcc_types: ['maya'],
    tags: ['a'],
    tags_any: ['b'],
    scene_hint: 's',
    skill_hint: 'k',
    min_score: 0.1,
    limit: 5,
    offset: 0,
    mode: 'fuzzy',
    meta: { agent_context: { agent_id: 'a', tags: ['t'], metadata: { k: 'v' } } },
  },
  '/v1/describe': { tool_slug: SLUG, meta: { search_id: 'x' } },
  '/v1/load_skill': { skill_names: ['maya', 'x'], dcc_type: 'maya', activate_groups: true },
  '/v1/unload_skill': { skill_name: 'maya' },
  '/v1/call': { tool_slug: SLUG, arguments: { size: 2, name: 'n' }, meta: { traceparent: 'x' } },
  '/v1/call_batch': { calls: [{ tool_slug: SLUG, arguments: {}, id: 'a' }, { tool_slug: 'x' }], stop_on_error: true },
  '/v1/instances/register': {
    ...INSTANCE,
    dcc_type: 'maya',
    mcp_url: 'http://127.0.0.1:1/mcp',
    scene: 's',
    ttl_secs: 1,
  },
  '/v1/instances/heartbeat': { ...INSTANCE, scene: 't' },
  '/v1/instances/deregister': { ...INSTANCE, reason: 'r' },
  '/v1/dcc/maya/instances/$ID/call': { backend_tool: 'create_cube', arguments: { size: 1 } },
};

export const rest: Target<RestInput> = {
  name: 'rest',
  inputs: fc
    .constantFrom(...Object.keys(BODIES))
    .chain((path) => fc.record({ path: fc.constant(path), body: jsonText([BODIES[path]!]) })),
  async open() {
    const gateway = await startUnderFire({ mcpServers: { maya } });
    const listed = await fetch(`${gateway.url}/v1/instances`);
    const { instances } = (await listed.json()) as { instances: { instance_short: string }[] };
    const withId = (text: string): string => text.replaceAll('$ID', instances[0]!.instance_short);
    return {
      async check({ path, body }) {
        const headers = { 'content-type': 'application/json' };
        const { status, text } = await gateway.shoot({ path: withId(path), headers, body: toBytes(withId(body)) });
        assertEnvelope(status, text);
      },
      close: () => gateway.stop(),
    };
  },
};

function assertEnvelope(status: number, text: string): void {
  const body = JSON.parse(text) as { error?: { kind?: string; message?: string }; trace_id?: string };
  const { kind, message } = body.error ?? {};
  if (status >= 400 && (kind === undefined || message === undefined || body.trace_id === undefined)) {
    throw new Error(`answered ${status} without the envelope: ${text}`);
  }
  if (kind === 'internal') {
    throw new Error(`answered ${status}: ${text}`);
  }
}
