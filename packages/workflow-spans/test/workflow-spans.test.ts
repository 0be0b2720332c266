import { childContext, readRequestContext, type RequestInput, responseHeaders } from '@dcc-mcp/request-context';
import { MCP_METHODS, OPERATIONS } from '@dcc-mcp/semantic-conventions';
import { describe, expect, test } from '@jest/globals';
import { ProxyTracerProvider, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
} from '@opentelemetry/sdk-trace';
import {
  createCapturePolicy,
  createWorkflowSpans,
  type WorkflowSpans,
  type WorkflowSpansOptions,
} from '../src/index.ts';
import {
  countingSettings,
  PARENT_A,
  PARENT_B,
  type Recording,
  SPAN_A,
  SPAN_B,
  startRecording,
  TRACE_A,
} from './recording.ts';

interface Setup extends Recording {
  readonly spans: WorkflowSpans;
  read(input?: Partial<RequestInput>): ReturnType<typeof readRequestContext>;
}

function setUp(options: Partial<WorkflowSpansOptions> = {}, sampler?: Sampler): Setup {
  const recording = startRecording(sampler);
  const settings = countingSettings();
  return {
    ...recording,
    spans: createWorkflowSpans({ tracer: recording.tracer, settings, ...options }),
    read: (input) => readRequestContext({ transport: 'mcp', headers: {}, ...input }, settings),
  };
}

const HOP = { method: 'tools/call', target: 'create_sphere' };
const IN_META = { meta: { traceparent: PARENT_A }, headers: { traceparent: PARENT_B } };

describe('startWorkflow', () => {
  test.each(OPERATIONS)('makes %s a SERVER span as the entry of a request', (operation) => {
    const { spans, read, span } = setUp();
    spans.startWorkflow(read(), operation).end({ outcome: 'ok' });
    expect(span(operation).kind).toBe(SpanKind.SERVER);
  });

  test.each([
    ['gateway.search', 'CHAIN'],
    ['gateway.call', 'TOOL'],
  ] as const)('shows samplers the kind of %s', (operation, kind) => {
    const seen: unknown[] = [];
    const shouldSample: Sampler['shouldSample'] = (...[, , , , attributes]) => {
      seen.push(attributes);
      return { decision: SamplingDecision.NOT_RECORD };
    };
    const { spans, read } = setUp({}, { shouldSample, toString: () => 'looks' });
    spans.startWorkflow(read(), operation);
    expect(seen).toEqual([{ 'openinference.span.kind': kind }]);
  });

  test('takes the request’s trace id from the span, in answers as well', () => {
    const { spans, read, span } = setUp();
    const ctx = read();
    const running = spans.startWorkflow(ctx, 'gateway.call');
    running.end({ outcome: 'ok' });
    const { traceId, spanId } = span('gateway.call').spanContext();
    expect([ctx.traceId, running.spanContext.spanId]).toEqual([traceId, spanId]);
    expect(responseHeaders(ctx)['traceparent']).toBe(`00-${traceId}-${spanId}-01`);
  });

  test('ends once', () => {
    const { spans, read, exporter } = setUp();
    const running = spans.startWorkflow(read(), 'gateway.call');
    running.end({ outcome: 'ok' });
    running.end({ outcome: 'timeout' });
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['dcc_mcp.outcome'])).toEqual(['ok']);
  });

  test('leaves the status of a good call unset unless asked, as libraries should', () => {
    const quiet = setUp();
    quiet.spans.startWorkflow(quiet.read(), 'gateway.call').end({ outcome: 'ok' });
    const loud = setUp({ statusOk: true });
    loud.spans.startWorkflow(loud.read(), 'gateway.call').end({ outcome: 'ok' });
    expect([quiet.span('gateway.call').status.code, loud.span('gateway.call').status.code]).toEqual([0, 1]);
  });

  test('has no attribute without a value', () => {
    const { spans, read, span } = setUp();
    const running = spans.startWorkflow(read({ transport: 'rest' }), 'gateway.call');
    running.setRoute({ dccType: '', toolSlug: 'maya.a1b2c3d4.x' });
    running.setSearch({ matchReasons: [] });
    running.end({ outcome: 'ok' });
    const values = Object.values(span('gateway.call').attributes);
    expect(
      values.filter((value) => value === '' || value === undefined || (Array.isArray(value) && value.length === 0)),
    ).toEqual([]);
    expect(Object.keys(span('gateway.call').attributes)).not.toContain('dcc_mcp.search.match_reasons');
  });

  test('carries the profile of mcpproxy-go users', () => {
    const { spans, read, span } = setUp({ profile: 'night' });
    spans.startWorkflow(read(), 'gateway.call').end({ outcome: 'ok' });
    expect(span('gateway.call').attributes['dcc_mcp.profile']).toBe('night');
  });
});

describe('parent policy', () => {
  test.each(['auto', 'remote'] as const)(
    '%s continues the caller’s trace and links the losing carrier',
    (parentPolicy) => {
      const { spans, read, span } = setUp({ parentPolicy });
      spans.startWorkflow(read(IN_META), 'gateway.call').end({ outcome: 'ok' });
      const entry = span('gateway.call');
      expect([entry.spanContext().traceId, entry.parentSpanContext?.spanId]).toEqual([TRACE_A, SPAN_A]);
      expect(entry.links.map(({ context }) => context.spanId)).toEqual([SPAN_B]);
      expect(entry.attributes['dcc_mcp.trace.carrier']).toBe('meta');
    },
  );

  test('auto makes a root without a caller, and the session stands on it', () => {
    const { spans, read, span } = setUp();
    spans.startWorkflow(read({ headers: { 'x-session-id': 's-1' } }), 'gateway.call').end({ outcome: 'ok' });
    expect(span('gateway.call').parentSpanContext).toBeUndefined();
    expect(span('gateway.call').attributes).toMatchObject({ 'session.id': 's-1', 'dcc_mcp.session.source': 'header' });
  });

  test('local makes a root of our own that links to the caller and keeps its trace id', () => {
    const { spans, read, span } = setUp({ parentPolicy: 'local' });
    const ctx = read(IN_META);
    spans.startWorkflow(ctx, 'gateway.call').end({ outcome: 'ok' });
    const entry = span('gateway.call');
    expect(entry.parentSpanContext).toBeUndefined();
    expect(entry.links.map(({ context }) => context.spanId)).toEqual([SPAN_A, SPAN_B]);
    expect(entry.attributes).toMatchObject({
      'dcc_mcp.trace_id': entry.spanContext().traceId,
      'dcc_mcp.caller_trace_id': TRACE_A,
    });
  });

  test('hands the caller’s sampling flag to the sampler', () => {
    const sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() });
    const { spans, read, exporter } = setUp({}, sampler);
    const unsampled = { meta: { traceparent: PARENT_A.replace(/01$/, '00') } };
    spans.startWorkflow(read(unsampled), 'gateway.call').end({ outcome: 'ok' });
    spans.startWorkflow(read({ meta: { traceparent: PARENT_A } }), 'gateway.call').end({ outcome: 'ok' });
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });
});

describe('batch', () => {
  test('has one INTERNAL span per item below it, each with its own request id', () => {
    const { spans, read, exporter } = setUp();
    const batch = spans.startWorkflow(read({ session: { id: 's' }, jsonrpcId: 1 }), 'gateway.call_batch');
    batch.setBatchSize(2);
    for (const index of [0, 1]) {
      spans.startWorkflow(childContext(batch.ctx, index), 'gateway.call', { parent: batch }).end({ outcome: 'ok' });
    }
    batch.end({ outcome: 'tool_error', success: false });
    const items = exporter.getFinishedSpans().slice(0, 2);
    const outer = batch.ctx.requestId;
    expect(
      items.map((item) => [
        item.kind,
        item.parentSpanContext?.spanId,
        item.attributes['dcc_mcp.request_id'],
        item.attributes['dcc_mcp.parent_request_id'],
      ]),
    ).toEqual([0, 1].map((index) => [SpanKind.INTERNAL, batch.spanContext.spanId, `${outer}:batch-${index}`, outer]));
  });
});

describe('startHop', () => {
  test('is a CLIENT child of the workflow span, and is what the upstream sees', () => {
    const { spans, read, span } = setUp();
    const running = spans.startWorkflow(read(IN_META), 'gateway.call');
    const hop = running.startHop(HOP);
    const { carrier } = hop.carrier();
    hop.end({ outcome: 'ok' });
    const client = span('tools/call create_sphere');
    expect([client.kind, client.parentSpanContext?.spanId]).toEqual([SpanKind.CLIENT, running.spanContext.spanId]);
    expect(carrier).toEqual({ traceparent: `00-${TRACE_A}-${client.spanContext().spanId}-01` });
  });

  test('has mcp.method and never mcp.method.name; every other span the reverse', () => {
    const { spans, read, exporter } = setUp({ protocolSpans: true });
    const running = spans.startWorkflow(read(), 'gateway.call');
    running.startHop(HOP).end({ outcome: 'ok' });
    running.end({ outcome: 'ok' });
    spans.startProtocol(read(), 'tools/list').end({ outcome: 'ok' });
    const methods = exporter
      .getFinishedSpans()
      .map(({ attributes }) => [attributes['mcp.method'], attributes['mcp.method.name']]);
    expect(methods).toEqual([
      ['tools/call', undefined],
      [undefined, 'tools/call'],
      [undefined, 'tools/list'],
    ]);
  });

  test('is an error for every failure, cancellation included, and unset on success', () => {
    const { spans, read, exporter } = setUp();
    for (const outcome of ['ok', 'late_ok', 'cancelled', 'tool_error'] as const) {
      spans.startWorkflow(read(), 'gateway.call').startHop(HOP).end({ outcome });
    }
    expect(exporter.getFinishedSpans().map(({ status }) => [status.code, status.message])).toEqual([
      [0, undefined],
      [0, undefined],
      [2, 'cancelled'],
      [2, 'tool_error'],
    ]);
  });

  test('names a resource by an attribute without its query, never in the span name', () => {
    const { spans, read, span } = setUp();
    const running = spans.startProtocol(read(), 'resources/read', { isForwarded: true });
    running.startHop({ method: 'resources/read', target: 'file:///shots/sh010.ma?key=k' }).end({ outcome: 'ok' });
    expect(span('resources/read').attributes['mcp.resource.uri']).toBe('file:///shots/sh010.ma');
  });

  test('notes retries as events instead of more spans', () => {
    const { spans, read, exporter } = setUp();
    const hop = spans.startWorkflow(read(), 'gateway.call').startHop(HOP);
    hop.addRetry({ attempt: 1, reason: 'backend_unreachable', delayMillis: 100 });
    hop.end({ outcome: 'ok' });
    expect(exporter.getFinishedSpans().map(({ events }) => events.map(({ name }) => name))).toEqual([['retry']]);
  });
});

describe('protocol spans', () => {
  test('exist for a forwarded method, as the parent of its hop', () => {
    const { spans, read, span } = setUp();
    const running = spans.startProtocol(read({ meta: { traceparent: PARENT_A } }), 'resources/read', {
      isForwarded: true,
    });
    running.startHop({ method: 'resources/read' }).end({ outcome: 'ok' });
    running.end({ outcome: 'ok' });
    const names = ['resources/read'];
    expect(names.map((name) => span(name).name)).toEqual(names);
    expect(running.spanContext.traceId).toBe(TRACE_A);
  });

  test('do not exist for the gateway’s own methods and routes, unless asked', () => {
    const quiet = setUp();
    quiet.spans.startProtocol(quiet.read(), 'tools/list').end({ outcome: 'ok' });
    quiet.spans
      .startRoute(quiet.read({ transport: 'rest' }), { method: 'GET', route: '/v1/instances' })
      .end({ outcome: 'ok' });
    expect(quiet.exporter.getFinishedSpans()).toEqual([]);

    const loud = setUp({ protocolSpans: true });
    loud.spans.startProtocol(loud.read(), 'tools/list').end({ outcome: 'ok' });
    loud.spans
      .startRoute(loud.read({ transport: 'rest' }), { method: 'GET', route: '/v1/instances' })
      .end({ outcome: 'ok', httpStatus: 200 });
    expect(loud.exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['tools/list', 'GET /v1/instances']);
  });

  test('still answer with the caller’s context when there is no span', () => {
    const { spans, read } = setUp();
    const running = spans.startProtocol(read({ meta: { traceparent: PARENT_A } }), 'tools/list');
    expect(responseHeaders(running.ctx)['traceparent']).toBe(PARENT_A);
  });

  test.each(MCP_METHODS)('are named after %s, as the metrics are', (method) => {
    const { spans, read, exporter } = setUp({ protocolSpans: true });
    spans.startProtocol(read(), method).end({ outcome: 'ok' });
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual([method]);
  });

  test('are named _OTHER for a method that MCP does not have', () => {
    const { spans, read, span } = setUp({ protocolSpans: true });
    spans.startProtocol(read(), 'made/up by a caller').end({ outcome: 'bad_request' });
    expect(span('_OTHER').attributes['mcp.method.name']).toBe('_OTHER');
  });
});

describe('without recording', () => {
  test('an unsampled call injects our hop’s span id with flag 00 and builds no attributes', () => {
    const { spans, read, exporter } = setUp({}, new AlwaysOffSampler());
    const running = spans.startWorkflow(read({ meta: { traceparent: PARENT_A } }), 'gateway.call');
    const hop = running.startHop(HOP);
    const input = { get secret(): never { throw new Error('looked at'); } }; // prettier-ignore
    running.setInput(input);
    running.end({ outcome: 'ok' });
    expect(hop.carrier().carrier).toEqual({ traceparent: `00-${TRACE_A}-${hop.spanContext.spanId}-00` });
    expect(hop.spanContext.spanId).not.toBe(SPAN_A);
    expect([running.isRecording, exporter.getFinishedSpans()]).toEqual([false, []]);
  });

  test('a call without a provider forwards the caller’s context unchanged', () => {
    const { spans, read } = setUp({ tracer: new ProxyTracerProvider().getTracer('none') });
    const meta = { traceparent: PARENT_A, tracestate: 'vendor=1' };
    const running = spans.startWorkflow(read({ meta }), 'gateway.call');
    expect(running.startHop(HOP).carrier().carrier).toEqual(meta);
    expect(responseHeaders(running.ctx)['traceparent']).toBe(PARENT_A);
  });

  test('a call without a provider forwards it unchanged under policy local too', () => {
    const { spans, read } = setUp({ tracer: new ProxyTracerProvider().getTracer('none'), parentPolicy: 'local' });
    const running = spans.startWorkflow(read({ meta: { traceparent: PARENT_A } }), 'gateway.call');
    expect(running.startHop(HOP).carrier().carrier).toEqual({ traceparent: PARENT_A });
  });

  test('a call without a provider and without a caller has one generated trace, flag 00, in answer and hop', () => {
    const { spans, read } = setUp({ tracer: new ProxyTracerProvider().getTracer('none') });
    const running = spans.startWorkflow(read(), 'gateway.call');
    const { traceparent } = running.startHop(HOP).carrier().carrier;
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(responseHeaders(running.ctx)['traceparent']).toBe(traceparent);
  });
});

describe('capture', () => {
  test('writes names, size and hash by default, never content', () => {
    const { spans, read, span } = setUp();
    const running = spans.startWorkflow(read(), 'gateway.call');
    running.setInput({ radius: 'ünïcode-content' });
    running.setOutput({ content: 'private' });
    running.end({ outcome: 'ok' });
    const { attributes } = span('gateway.call');
    expect(JSON.parse(String(attributes['input.value']))).toEqual({
      arguments: ['radius'],
      bytes: 30,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify(attributes)).not.toMatch(/content"?:|private/);
  });

  test('writes exactly the operations asked for, redacted', () => {
    const { spans, read, span } = setUp({ capture: createCapturePolicy({ captureContent: ['call'] }) });
    const args = { radius: 2, api_key: 'k-1', note: 'ask jo@example.com', nested: [{ password: 'p' }] };
    for (const operation of ['gateway.call', 'gateway.describe'] as const) {
      const running = spans.startWorkflow(read(), operation);
      running.setInput(args);
      running.setOutput('done with Bearer abcdef123456');
      running.end({ outcome: 'ok' });
    }
    expect(JSON.parse(String(span('gateway.call').attributes['input.value']))).toEqual({
      radius: 2,
      api_key: '[redacted]',
      note: 'ask [redacted]',
      nested: [{ password: '[redacted]' }],
    });
    expect(span('gateway.call').attributes).toMatchObject({
      'output.value': 'done with [redacted]',
      'output.mime_type': 'text/plain',
    });
    expect(span('gateway.describe').attributes['input.value']).toMatch(/^\{"arguments"/);
  });

  test('obeys OPENINFERENCE_HIDE_INPUTS and _OUTPUTS before anything else', () => {
    const env = { OPENINFERENCE_HIDE_INPUTS: 'True', OPENINFERENCE_HIDE_OUTPUTS: 'true' };
    const { spans, read, span } = setUp({ capture: createCapturePolicy({ captureContent: ['all'], env }) });
    const running = spans.startWorkflow(read(), 'gateway.call');
    running.setInput({ a: 1 });
    running.setOutput({ b: 1 });
    running.end({ outcome: 'ok' });
    const { attributes } = span('gateway.call');
    expect([attributes['input.value'], attributes['output.value'], attributes['metadata']]).toEqual(
      Array(3).fill('__REDACTED__'),
    );
    expect([attributes['input.mime_type'], attributes['output.mime_type']]).toEqual([undefined, undefined]);
  });

  test('refuses an operation there is not, and names those there are', () => {
    expect(() => createCapturePolicy({ captureContent: ['gateway.calls'] })).toThrow(
      '"gateway.calls" is not an operation whose content can be captured; write one of gateway.search,',
    );
  });
});
