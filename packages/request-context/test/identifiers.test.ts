import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { createRequestContextSettings } from '../src/index.ts';
import { PARENT_A, readRequest, TRACE_A, w3c } from './requests.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SESSION = { id: 'session-1' };
const KEY = createHash('sha256').update('session-1').digest('hex').slice(0, 12);

describe('request id over REST', () => {
  test('is X-Request-Id', () => {
    const ctx = readRequest({ headers: { 'x-request-id': 'req-1', 'x-correlation-id': 'corr-1' } });
    expect(ctx.requestId).toBe('req-1');
  });

  test('is X-Correlation-Id without X-Request-Id', () => {
    expect(readRequest({ headers: { 'x-correlation-id': 'corr-1' } }).requestId).toBe('corr-1');
  });

  test('is a UUID version 7 without either', () => {
    expect(readRequest().requestId).toMatch(UUID_V7);
  });

  test('is never taken from traceparent, and fills its own field beside it', () => {
    const ctx = readRequest({ headers: { traceparent: PARENT_A, 'x-request-id': 'req-1' } });
    expect({ requestId: ctx.requestId, traceId: ctx.traceId }).toEqual({ requestId: 'req-1', traceId: TRACE_A });
    expect(readRequest({ headers: { traceparent: PARENT_A } }).requestId).not.toContain(TRACE_A);
  });

  test.each([
    ['127 characters', 'a'.repeat(127)],
    ['128 characters', 'a'.repeat(128)],
    ['every allowed character', 'aZ09-_.:'],
  ])('keeps one of %s', (_, id) => {
    const ctx = readRequest({ headers: { 'x-request-id': id } });
    expect({ id: ctx.requestId, warnings: ctx.warnings }).toEqual({ id, warnings: [] });
  });

  test.each([
    ['129 characters', 'a'.repeat(129)],
    ['a space', 'a b'],
    ['nothing', ''],
    ['a line break', 'a\nb'],
    ['a credential', `sk-${'a1B2'.repeat(8)}`],
  ])('replaces and notes one of %s', (_, id) => {
    const ctx = readRequest({ headers: { 'x-request-id': id } });
    expect(ctx.requestId).toMatch(UUID_V7);
    expect(ctx.warnings).toEqual([{ field: 'request_id', reason: 'invalid_id' }]);
  });
});

describe('request id over MCP', () => {
  test('is the hashed session and the JSON-RPC id, because ids restart in each client', () => {
    const ctx = readRequest({ transport: 'mcp', session: SESSION, jsonrpcId: 1 });
    expect({ requestId: ctx.requestId, jsonrpcId: ctx.jsonrpcId }).toEqual({ requestId: `${KEY}:1`, jsonrpcId: '1' });
  });

  test('never contains the session id, which is a capability', () => {
    const ctx = readRequest({ transport: 'mcp', session: SESSION, jsonrpcId: 'x' });
    expect(JSON.stringify([ctx.requestId, ctx.session])).not.toContain(SESSION.id);
  });

  test('begins with a UUID without a session', () => {
    const [scope, id] = readRequest({ transport: 'mcp', jsonrpcId: 7 }).requestId.split(':');
    expect(scope).toMatch(UUID_V7);
    expect(id).toBe('7');
  });

  test('is a UUID for a notification', () => {
    expect(readRequest({ transport: 'mcp', session: SESSION }).requestId).toMatch(UUID_V7);
  });

  test('replaces a JSON-RPC id that is out of bounds, and keeps it visible', () => {
    const ctx = readRequest({ transport: 'mcp', session: SESSION, jsonrpcId: 'one two' });
    expect(ctx.requestId).toMatch(new RegExp(`^${KEY}:[0-9a-f-]{36}$`));
    expect({ raw: ctx.jsonrpcId, warnings: ctx.warnings }).toEqual({
      raw: 'one two',
      warnings: [{ field: 'request_id', reason: 'invalid_id' }],
    });
  });

  test('pays no heed to X-Request-Id', () => {
    const ctx = readRequest({ transport: 'mcp', session: SESSION, jsonrpcId: 1, headers: { 'x-request-id': 'req-1' } });
    expect(ctx.requestId).toBe(`${KEY}:1`);
  });
});

function readParent(header: string | undefined, own?: string) {
  const headers = header === undefined ? {} : { 'x-dcc-mcp-parent-request-id': header };
  const body = own === undefined ? {} : { agent_context: { parent_request_id: own } };
  const { parentRequestId, warnings } = readRequest({ headers, body });
  return { parentRequestId, warnings };
}

describe('parent request id', () => {
  test('is the header, else of the agent context', () => {
    expect(readParent('turn-7', 'turn-8')).toEqual({ parentRequestId: 'turn-7', warnings: [] });
    expect(readParent(undefined, 'turn-8')).toEqual({ parentRequestId: 'turn-8', warnings: [] });
  });

  test.each(['a b', 'a'.repeat(129)])('notes and leaves out %p, which is no id', (header) => {
    const warnings = [{ field: 'parent_request_id', reason: 'invalid_id' }];
    expect(readParent(header)).toEqual({ parentRequestId: undefined, warnings });
    expect(readParent(undefined, header)).toEqual({ parentRequestId: undefined, warnings });
    expect(readParent(header, 'turn-8')).toEqual({ parentRequestId: 'turn-8', warnings });
  });
});

describe('createRequestContextSettings', () => {
  test('hashes as SHA-256 does, whatever the text', () => {
    const { sha256 } = createRequestContextSettings({ propagator: w3c });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
      }),
    );
  });

  test('makes version 7 ids that sort by time', () => {
    let now = 1_763_700_000_000;
    const { newRequestId } = createRequestContextSettings({ propagator: w3c, now: () => (now += 1) });
    const ids = Array.from({ length: 1000 }, () => newRequestId());
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(1000);
  });

  test('refuses a trusted proxy that is no network, and says which', () => {
    expect(() => createRequestContextSettings({ propagator: w3c, trustedProxies: ['10.0.0.0/33'] })).toThrow(
      '"10.0.0.0/33" is not a network; write an address or a CIDR such as 10.0.0.0/8 or fd00::/8',
    );
  });
});
