import { readRequestContext, responseHeaders } from '@dcc-mcp/request-context';
import { describe, expect, test } from '@jest/globals';
import { ProxyTracerProvider, type Tracer } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace';
import { createWorkflowSpans, type ParentPolicy } from '../src/index.ts';
import { countingSettings, PARENT_A, PARENT_B, SPAN_A, SPAN_B, startRecording, TRACE_A } from './recording.ts';

const TRACE_B = PARENT_B.slice(3, 35);
const MALFORMED = `00-${'0'.repeat(32)}-${SPAN_A}-01`;

// How the caller's context comes in, and which carrier must win with which trace.
const CARRIERS = {
  header: {
    headers: { traceparent: PARENT_B },
    meta: undefined,
    wins: 'header',
    trace: TRACE_B,
    span: SPAN_B,
    links: [],
  },
  meta: { headers: {}, meta: { traceparent: PARENT_A }, wins: 'meta', trace: TRACE_A, span: SPAN_A, links: [] },
  both: {
    headers: { traceparent: PARENT_B },
    meta: { traceparent: PARENT_A },
    wins: 'meta',
    trace: TRACE_A,
    span: SPAN_A,
    links: [SPAN_B],
  },
  none: { headers: {}, meta: { progressToken: 1 }, wins: 'none', trace: undefined, span: undefined, links: [] },
  malformed: {
    headers: { traceparent: 'x' },
    meta: { traceparent: MALFORMED },
    wins: 'none',
    trace: undefined,
    span: undefined,
    links: [],
  },
} as const;

const MATRIX = Object.keys(CARRIERS).flatMap((carrier) =>
  (['rest', 'mcp'] as const).flatMap((transport) =>
    (['auto', 'remote', 'local'] as const).map((policy): [keyof typeof CARRIERS, 'rest' | 'mcp', ParentPolicy] => [
      carrier as keyof typeof CARRIERS,
      transport,
      policy,
    ]),
  ),
);

type Cell = (typeof MATRIX)[number];

function call(tracer: Tracer | undefined, [carrier, transport, parentPolicy]: Cell) {
  const settings = { ...countingSettings(), newSpanId: () => 'c'.repeat(16) };
  const { headers, meta } = CARRIERS[carrier];
  const ctx = readRequestContext({ transport, headers, meta }, settings);
  const span = createWorkflowSpans({ tracer, settings, parentPolicy }).startWorkflow(ctx, 'gateway.call');
  const hop = span.startHop({ method: 'tools/call', target: 'x' });
  const sent = hop.carrier().carrier['traceparent'];
  hop.end({ outcome: 'ok' });
  span.end({ outcome: 'ok' });
  return { sent, answered: responseHeaders(ctx)['traceparent'] };
}

describe('propagation', () => {
  test.each(MATRIX)(
    'by %s over %s with policy %s: the upstream sees a child of the hop, and the tree is whole',
    (carrier, transport, policy) => {
      const recording = startRecording();
      const { sent, answered } = call(recording.tracer, [carrier, transport, policy]);
      const expected = CARRIERS[carrier];
      const [hop, entry] = [recording.span('tools/call x'), recording.span('gateway.call')];
      const isRoot = policy === 'local' || expected.span === undefined;
      const traceId = isRoot ? entry.spanContext().traceId : expected.trace;
      expect(sent).toBe(`00-${traceId}-${hop.spanContext().spanId}-01`);
      expect(answered).toBe(`00-${traceId}-${entry.spanContext().spanId}-01`);
      expect(hop.parentSpanContext?.spanId).toBe(entry.spanContext().spanId);
      expect(entry.parentSpanContext?.spanId).toBe(isRoot ? undefined : expected.span);
      const linked =
        policy === 'local' && expected.span !== undefined ? [expected.span, ...expected.links] : expected.links;
      expect(entry.links.map(({ context }) => context.spanId)).toEqual(linked);
      expect(entry.attributes['dcc_mcp.trace.carrier']).toBe(expected.wins);
    },
  );

  test.each(['header', 'meta', 'both'] as const)('by %s without a tracer is the caller’s own, unchanged', (carrier) => {
    const { sent, answered } = call(new ProxyTracerProvider().getTracer('none'), [carrier, 'mcp', 'auto']);
    expect([sent, answered]).toEqual(Array(2).fill(`00-${CARRIERS[carrier].trace}-${CARRIERS[carrier].span}-01`));
  });

  test.each(MATRIX)('by %s over %s with policy %s is with no tracer as with one that makes no spans', (...cell) => {
    expect(call(undefined, cell)).toEqual(call(new ProxyTracerProvider().getTracer('none'), cell));
  });

  test.each(['header', 'meta', 'both'] as const)('by %s unsampled is our hop with flag 00', (carrier) => {
    const { sent } = call(startRecording(new AlwaysOffSampler()).tracer, [carrier, 'mcp', 'auto']);
    expect(sent).toMatch(new RegExp(`^00-${CARRIERS[carrier].trace}-e[0-9]{15}-00$`));
  });

  test('keeps 50 interleaved calls of one session apart', async () => {
    const recording = startRecording();
    const settings = countingSettings();
    const spans = createWorkflowSpans({ tracer: recording.tracer, settings });
    const calls = Array.from({ length: 50 }, async (_, index) => {
      const traceId = String(index + 1).padStart(32, 'a');
      const meta = { traceparent: `00-${traceId}-${SPAN_A}-01` };
      const ctx = readRequestContext(
        { transport: 'mcp', headers: {}, meta, session: { id: 'shared' }, jsonrpcId: index },
        settings,
      );
      const span = spans.startWorkflow(ctx, 'gateway.call');
      await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
      const hop = span.startHop({ method: 'tools/call', target: `tool-${index}` });
      await new Promise((resolve) => setTimeout(resolve, (index * 3) % 4));
      hop.end({ outcome: 'ok' });
      span.end({ outcome: 'ok' });
      const client = recording.span(`tools/call tool-${index}`);
      const isOwn = client.parentSpanContext?.spanId === span.spanContext.spanId;
      return isOwn && hop.carrier().carrier['traceparent'] === `00-${traceId}-${client.spanContext().spanId}-01`;
    });
    expect((await Promise.all(calls)).filter((isWhole) => !isWhole)).toEqual([]);
  });
});
