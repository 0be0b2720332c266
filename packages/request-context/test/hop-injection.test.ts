import { describe, expect, test } from '@jest/globals';
import { createRequestContextSettings, injectHop, readRequestContext, responseHeaders } from '../src/index.ts';
import { PARENT_A, SPAN_B, TRACE_A, w3c } from './requests.ts';

const settings = createRequestContextSettings({ propagator: w3c });

describe('injectHop', () => {
  test('writes the hop’s own span, the caller’s tracestate and both request ids', () => {
    const headers = { traceparent: PARENT_A, 'x-request-id': 'r-1', 'x-dcc-mcp-parent-request-id': 'turn-1' };
    const ctx = readRequestContext({ transport: 'rest', headers }, settings);
    const hop = { traceId: TRACE_A, spanId: SPAN_B, traceFlags: 0 };
    expect(injectHop(hop, ctx, settings)).toEqual({
      carrier: { traceparent: `00-${TRACE_A}-${SPAN_B}-00` },
      headers: { 'X-Request-Id': 'r-1', 'X-Dcc-Mcp-Parent-Request-Id': 'turn-1' },
    });
  });

  test('forwards the caller’s context unchanged when there is no span of ours', () => {
    const headers = { traceparent: PARENT_A, tracestate: 'vendor=1' };
    const ctx = readRequestContext({ transport: 'rest', headers }, settings);
    expect(injectHop(ctx.spanContext, ctx, settings).carrier).toEqual(headers);
  });
});

describe('responseHeaders', () => {
  test('carry both spellings of the request id, the trace id and traceparent', () => {
    const headers = { traceparent: PARENT_A, 'x-request-id': 'r-1' };
    expect(responseHeaders(readRequestContext({ transport: 'rest', headers }, settings))).toEqual({
      'x-request-id': 'r-1',
      'x-dcc-mcp-request-id': 'r-1',
      'x-dcc-mcp-trace-id': TRACE_A,
      traceparent: PARENT_A,
    });
  });

  test('carry search id and ranker version for a search', () => {
    const ctx = readRequestContext({ transport: 'rest', headers: {} }, settings);
    expect(responseHeaders(ctx, { searchId: 's-1', rankerVersion: 'v1' })).toMatchObject({
      'x-dcc-mcp-search-id': 's-1',
      'x-dcc-mcp-ranker-version': 'v1',
    });
  });
});

describe('search id', () => {
  test.each([
    ['params._meta or REST meta', { meta: { search_id: 's-1' } }],
    ['arguments.meta', { body: { meta: { search_id: 's-1' } } }],
  ])('is read from %s', (_, input) => {
    expect(readRequestContext({ transport: 'mcp', headers: {}, ...input }, settings).searchId).toBe('s-1');
  });

  test('is nothing when it is no id', () => {
    expect(
      readRequestContext({ transport: 'mcp', headers: {}, meta: { search_id: { a: 1 } } }, settings).searchId,
    ).toBeUndefined();
  });
});
