import { describe, expect, test } from '@jest/globals';
import { PARENT_A, readRequest, TRACE_A } from './requests.ts';

const everything = {
  transport: 'mcp' as const,
  headers: { 'x-session-id': 'by-header', 'x-dcc-mcp-session-id': 'by-own-header' },
  meta: { traceparent: PARENT_A, baggage: 'session.id=by-baggage', agent_context: { session_id: 'by-agent' } },
};
const options = { baggageAllow: ['session.id'] };

describe('session grouping', () => {
  test('is by the protocol session first, hashed', () => {
    const ctx = readRequest({ ...everything, session: { id: 'protocol-session' } }, options);
    expect(ctx.session).toEqual({ id: expect.stringMatching(/^[0-9a-f]{12}$/), source: 'protocol' });
  });

  test('is by header without a protocol session', () => {
    expect(readRequest(everything, options).session).toEqual({ id: 'by-header', source: 'header' });
  });

  test('is by the second header without the first', () => {
    const headers = { 'x-dcc-mcp-session-id': 'by-own-header' };
    expect(readRequest({ ...everything, headers }, options).session).toEqual({ id: 'by-own-header', source: 'header' });
  });

  test('is by agent context without headers', () => {
    expect(readRequest({ ...everything, headers: {} }, options).session).toEqual({ id: 'by-agent', source: 'agent' });
  });

  test('is by baggage when allowed and nothing better exists', () => {
    const meta = { traceparent: PARENT_A, baggage: 'session.id=by-baggage' };
    expect(readRequest({ meta }, options).session).toEqual({ id: 'by-baggage', source: 'baggage' });
    expect(readRequest({ meta }).session).toEqual({ id: TRACE_A, source: 'trace' });
  });

  test('is by trace when nothing names a session', () => {
    const ctx = readRequest();
    expect(ctx.session).toEqual({ id: ctx.traceId, source: 'trace' });
  });

  test('passes over a header that is no id, and notes it', () => {
    const ctx = readRequest({ headers: { 'x-session-id': 'a b' }, meta: { traceparent: PARENT_A } });
    expect(ctx.session.source).toBe('trace');
    expect(ctx.warnings).toEqual([{ field: 'session_id', reason: 'invalid_id' }]);
  });
});
