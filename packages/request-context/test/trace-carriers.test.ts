import { describe, expect, test } from '@jest/globals';
import { propagation } from '@opentelemetry/api';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import * as fc from 'fast-check';
import { createRequestContextSettings, injectHop, readRequestContext, responseHeaders } from '../src/index.ts';
import { PARENT_A, PARENT_B, readRequest, SPAN_A, SPAN_B, TRACE_A, TRACE_B, w3c } from './requests.ts';

const HEX_AND_F = '0 1 2 3 4 5 6 7 8 9 a b c d e f F'.split(' ');
const HEX32 = /^[0-9a-f]{32}$/;

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...HEX_AND_F), minLength: length, maxLength: length });

const stateOf = (tracestate: string, traceparent?: string): string | undefined =>
  readRequest({
    headers: { tracestate, ...(traceparent !== undefined && { traceparent }) },
  }).parent?.traceState?.serialize();

const member = (key: string): string => `${key}=${'x'.repeat(250)}`;

describe('carrier order', () => {
  test('takes _meta before the headers, and the loser becomes a link', () => {
    const ctx = readRequest({ headers: { traceparent: PARENT_B }, meta: { traceparent: PARENT_A } });
    expect({ carrier: ctx.carrier, traceId: ctx.traceId, parent: ctx.parent?.spanId }).toEqual({
      carrier: 'meta',
      traceId: TRACE_A,
      parent: SPAN_A,
    });
    expect(ctx.links).toMatchObject([{ traceId: TRACE_B, spanId: SPAN_B }]);
  });

  test('takes the header when _meta has none', () => {
    const ctx = readRequest({ headers: { traceparent: PARENT_B }, meta: { progressToken: 1 } });
    expect([ctx.carrier, ctx.traceId, ctx.links]).toEqual(['header', TRACE_B, []]);
  });

  test('takes the header when _meta is malformed', () => {
    const ctx = readRequest({ headers: { traceparent: PARENT_B }, meta: { traceparent: 'garbage' } });
    expect([ctx.carrier, ctx.traceId, ctx.links]).toEqual(['header', TRACE_B, []]);
  });

  test('makes no link when both name the same span', () => {
    expect(readRequest({ headers: { traceparent: PARENT_A }, meta: { traceparent: PARENT_A } }).links).toEqual([]);
  });

  test('generates a trace id with flag 00 when neither has one', () => {
    const ctx = readRequest();
    expect(ctx.carrier).toBe('none');
    expect(ctx.traceId).toMatch(HEX32);
    expect(responseHeaders(ctx)['traceparent']).toBe(`00-${ctx.traceId}-${ctx.spanContext.spanId}-00`);
  });

  test.each([[42], [null], [['a']], [{ a: 1 }], [true]])('ignores a _meta.traceparent that is %j', (traceparent) => {
    expect(readRequest({ headers: { traceparent: PARENT_B }, meta: { traceparent } }).traceId).toBe(TRACE_B);
  });

  test.each([[null], ['text'], [7], [[]]])('ignores a _meta that is %j', (meta) => {
    expect(readRequest({ headers: { traceparent: PARENT_B }, meta }).carrier).toBe('header');
  });
});

describe('traceparent', () => {
  test.each([
    ['version ff', `ff-${TRACE_A}-${SPAN_A}-01`],
    ['an all-zero trace id', `00-${'0'.repeat(32)}-${SPAN_A}-01`],
    ['an all-zero span id', `00-${TRACE_A}-${'0'.repeat(16)}-01`],
    ['upper case', PARENT_A.toUpperCase()],
    ['three parts', `00-${TRACE_A}-${SPAN_A}`],
    ['version 00 with a fifth part', `${PARENT_A}-extra`],
    ['a short trace id', `00-${TRACE_A.slice(1)}-${SPAN_A}-01`],
  ])('refuses %s', (_, traceparent) => {
    const ctx = readRequest({ headers: { traceparent } });
    expect(ctx.carrier).toBe('none');
    expect(ctx.traceId).not.toBe(TRACE_A);
  });

  test.each([
    ['a future version', `01-${TRACE_A}-${SPAN_A}-01`],
    ['a future version with extra parts', `cc-${TRACE_A}-${SPAN_A}-01-what-the-future-brings`],
  ])('accepts %s', (_, traceparent) => {
    expect(readRequest({ headers: { traceparent } }).traceId).toBe(TRACE_A);
  });

  test('refuses a repeated header', () => {
    expect(readRequest({ headers: { traceparent: [PARENT_A, PARENT_B] } }).carrier).toBe('none');
  });

  test('passes on only the flags it knows', () => {
    const ctx = readRequest({ headers: { traceparent: `00-${TRACE_A}-${SPAN_A}-ff` } });
    expect(responseHeaders(ctx)['traceparent']).toBe(`00-${TRACE_A}-${SPAN_A}-03`);
  });

  test('is accepted exactly when the W3C grammar says so', () => {
    const parts = fc.tuple(
      fc.constantFrom('00', '01', 'fe', 'ff', '0'),
      hex(32),
      hex(16),
      hex(2),
      fc.constantFrom('', '-x'),
    );
    fc.assert(
      fc.property(parts, ([version, trace, span, traceFlags, rest]) => {
        const isValid =
          /^[0-9a-f]{2}$/.test(version) &&
          version !== 'ff' &&
          !`${trace}${span}${traceFlags}`.includes('F') &&
          !/^0+$/.test(trace) &&
          !/^0+$/.test(span) &&
          (version !== '00' || rest === '');
        const ctx = readRequest({ meta: { traceparent: `${version}-${trace}-${span}-${traceFlags}${rest}` } });
        expect(ctx.carrier).toBe(isValid ? 'meta' : 'none');
        expect(ctx.traceId).toMatch(HEX32);
      }),
    );
  });
});

describe('tracestate', () => {
  test('is kept beside a valid traceparent', () => {
    expect(stateOf('vendor=1,other=2', PARENT_A)).toBe('vendor=1,other=2');
  });

  test('is dropped without a valid traceparent', () => {
    expect(stateOf('vendor=1')).toBeUndefined();
    expect(stateOf('vendor=1', 'garbage')).toBeUndefined();
  });

  test.each([511, 512])('is kept whole at %d characters', (length) => {
    const members = ['a', 'b'].map((key) => `${key}=${'x'.repeat(200)}`).join(',');
    const state = `${members},c=${'x'.repeat(length - members.length - 3)}`;
    expect(stateOf(state, PARENT_A)).toBe(state);
  });

  test('loses whole members from the right above 512 characters', () => {
    expect(stateOf([member('a'), member('b'), member('c')].join(','), PARENT_A)).toBe(`${member('a')},${member('b')}`);
  });

  test('is dropped when it holds a credential, because spans export it', () => {
    expect(stateOf(`vendor=sk-${'a1B2'.repeat(8)}`, PARENT_A)).toBeUndefined();
  });
});

describe('baggage', () => {
  const meta = { traceparent: PARENT_A, baggage: 'session.id=s-1,user.secret=x,team=fx' };

  test('crosses for no key by default', () => {
    const settings = createRequestContextSettings({ propagator: w3c });
    const ctx = readRequestContext({ transport: 'mcp', headers: {}, meta }, settings);
    expect(injectHop(ctx.spanContext, ctx, settings).carrier).toEqual({ traceparent: PARENT_A });
  });

  test('crosses only for allowed keys', () => {
    const settings = createRequestContextSettings({ propagator: w3c, baggageAllow: ['team', 'session.id'] });
    const ctx = readRequestContext({ transport: 'mcp', headers: {}, meta }, settings);
    expect(injectHop(ctx.spanContext, ctx, settings).carrier['baggage']).toBe('session.id=s-1,team=fx');
  });
});

describe('configured propagators', () => {
  const b3 = new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER });

  test('read b3 headers', () => {
    const headers = { 'x-b3-traceid': TRACE_A, 'x-b3-spanid': SPAN_A, 'x-b3-sampled': '1', traceparent: PARENT_B };
    const ctx = readRequest({ headers }, { propagator: b3 });
    expect([ctx.carrier, ctx.traceId]).toEqual(['header', TRACE_A]);
  });

  test('write b3 for the hop, and nothing else', () => {
    const settings = createRequestContextSettings({ propagator: b3 });
    const headers = { 'x-b3-traceid': TRACE_A, 'x-b3-spanid': SPAN_A, 'x-b3-sampled': '1' };
    const ctx = readRequestContext({ transport: 'rest', headers }, settings);
    expect(injectHop(ctx.spanContext, ctx, settings).carrier).toEqual(headers);
  });

  test('read nothing when there are none', () => {
    const none = { inject: () => undefined, extract: propagation.extract.bind(propagation), fields: () => [] };
    expect(readRequest({ headers: { traceparent: PARENT_A } }, { propagator: none }).carrier).toBe('none');
  });
});
