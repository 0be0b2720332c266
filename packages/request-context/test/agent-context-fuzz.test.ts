import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type RequestContext, responseHeaders } from '../src/index.ts';
import { readRequest } from './requests.ts';

const FIELDS = [
  'actor_id', 'actor_email_hash', 'agent_name', 'clientPlatform', 'auth_subject', 'model', 'session_id', 'turn_index', 'task',
  'plan', 'observations', 'tags', 'metadata', 'parentRequestId', 'user_input_chars', 'source_ip', 'forwarded_for', 'trust',
]; // prettier-ignore
const TRUST = ['self_reported', 'header', 'auth', 'server_derived', 'trusted_proxy'];

const json = fc.jsonValue({ maxDepth: 4 });
const anyField = fc.dictionary(fc.constantFrom(...FIELDS), json);
const carrier = fc.oneof(
  json,
  fc.dictionary(
    fc.constantFrom('agent_context', 'callerContext', 'agent', 'search_id', 'traceparent', 'baggage'),
    json,
  ),
  fc.record({ agent_context: anyField }),
);
const headers = fc.dictionary(
  fc.oneof(
    fc.constantFrom('x-dcc-mcp-agent-context', 'x-request-id', 'user-agent', 'x-session-id', 'forwarded', 'tracestate'),
    fc.constantFrom(...FIELDS).map((field) => `x-dcc-mcp-${field.replaceAll('_', '-')}`),
  ),
  fc.oneof(
    fc.string(),
    json.map((value) => JSON.stringify(value)),
    fc.array(fc.string()),
  ),
);
const input = fc.record({
  transport: fc.constantFrom('rest' as const, 'mcp' as const),
  headers,
  meta: carrier,
  body: carrier,
  session: fc.record({ id: fc.string(), clientInfo: json }),
  jsonrpcId: fc.oneof(fc.string(), fc.double()),
  peerAddress: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
});

function texts(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

function expectBounds(ctx: RequestContext): void {
  const { agent } = ctx;
  for (const text of texts(agent)) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4000);
    expect(text).not.toMatch(/[\u0000-\u001F\u007F]/); // oxlint-disable-line no-control-regex
  }
  for (const list of [agent.plan, agent.observations, agent.tags]) {
    expect(list?.length ?? 0).toBeLessThanOrEqual(16);
  }
  expect(Buffer.byteLength(JSON.stringify(agent.metadata ?? {}))).toBeLessThanOrEqual(8192);
  expect(ctx.requestId).toMatch(/^[A-Za-z0-9\-_.:]{1,200}$/);
  for (const word of Object.values(ctx.trust)) {
    expect(TRUST).toContain(word);
  }
  for (const value of Object.values(responseHeaders(ctx))) {
    expect(value).toMatch(/^[\u0020-\u007E]+$/);
  }
}

describe('readRequestContext', () => {
  test('never throws and keeps every bound, whatever JSON is in whatever carrier', () => {
    fc.assert(
      fc.property(input, (request) => {
        const ctx = readRequest(request, { trustedProxies: ['10.0.0.0/8'], baggageAllow: ['session.id'] });
        expectBounds(ctx);
        expect(ctx.session.id).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  test('keeps valid fields next to invalid ones', () => {
    fc.assert(
      fc.property(anyField, (fields) => {
        const { agent_name: _, ...others } = fields;
        const ctx = readRequest({ body: { agent_context: { ...others, agent_name: 'Planner' } } });
        expect(ctx.agent.agent_name).toBe('Planner');
        expect(ctx.trust.agent_name).toBe('self_reported');
      }),
    );
  });

  test('gives a caller no trust word but its carrier’s', () => {
    fc.assert(
      fc.property(anyField, (fields) => {
        const words = Object.values(readRequest({ meta: { agent_context: fields } }).trust);
        expect(words.filter((word) => word !== 'self_reported')).toEqual([]);
      }),
    );
  });
});
