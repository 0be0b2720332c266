import { describe, expect, test } from '@jest/globals';
import {
  defaultTextMapSetter,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
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
      spanId: SPAN_B,
    });
  });

  test('forwards the caller’s context unchanged when there is no span of ours', () => {
    const headers = { traceparent: PARENT_A, tracestate: 'vendor=1' };
    const ctx = readRequestContext({ transport: 'rest', headers }, settings);
    expect(injectHop(ctx.spanContext, ctx, settings).carrier).toEqual(headers);
  });

  test.each([0, 1, 2, 3])('writes what the propagators write, flags %i', (traceFlags) => {
    const ctx = readRequestContext({ transport: 'rest', headers: {} }, settings);
    const span = { traceId: TRACE_A, spanId: SPAN_B, traceFlags };
    const asked: Record<string, string> = {};
    w3c.inject(trace.setSpanContext(ROOT_CONTEXT, span), asked, defaultTextMapSetter);
    expect(injectHop(span, ctx, settings).carrier).toEqual(asked);
  });

  test('writes nothing of what is no span', () => {
    const ctx = readRequestContext({ transport: 'rest', headers: {} }, settings);
    expect(injectHop(INVALID_SPAN_CONTEXT, ctx, settings).carrier).toEqual({});
  });

  test('writes the baggage that may cross', () => {
    const allowing = createRequestContextSettings({ propagator: w3c, baggageAllow: ['session.id'] });
    const headers = { traceparent: PARENT_A, baggage: 'session.id=s-1,other=2' };
    const ctx = readRequestContext({ transport: 'rest', headers }, allowing);
    expect(injectHop(ctx.spanContext, ctx, allowing).carrier).toEqual({
      traceparent: PARENT_A,
      baggage: 'session.id=s-1',
    });
  });

  test.each([
    ['in fields of their own', ['uber-trace-id']],
    ['otherwise', ['traceparent']],
  ])('asks propagators that write %s', (_, names) => {
    const own: TextMapPropagator = {
      fields: () => names,
      inject: (_context, carrier, setter) => names.forEach((name) => setter.set(carrier, name, 'own')),
      extract: (context) => context,
    };
    const owned = createRequestContextSettings({ propagator: own });
    const ctx = readRequestContext({ transport: 'rest', headers: {} }, owned);
    expect(injectHop(ctx.spanContext, ctx, owned).carrier).toEqual({ [names[0]!]: 'own' });
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
