import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { context as contextApi, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { extractContext, injectContext, type RunningSpan, withWorkflowSpan } from '../src/index.ts';
import { PARENT_A, PARENT_B, SPAN_A, SPAN_B, startRecording, TRACE_A, w3c } from './recording.ts';

async function serve(work: (running: RunningSpan) => unknown, message = {}): Promise<ReadableSpan> {
  const { tracer, exporter } = startRecording();
  await withWorkflowSpan({ tracer, propagator: w3c, target: 'render', ...message }, work).catch(() => undefined);
  return exporter.getFinishedSpans()[0]!;
}

describe('withWorkflowSpan', () => {
  test('continues the trace of _meta, links the header, and is a SERVER span named by method and tool', async () => {
    const span = await serve(() => ({ content: [] }), {
      meta: { traceparent: PARENT_A },
      headers: { Traceparent: PARENT_B },
    });
    expect([span.name, span.kind, span.spanContext().traceId, span.parentSpanContext?.spanId]).toEqual([
      'tools/call render',
      SpanKind.SERVER,
      TRACE_A,
      SPAN_A,
    ]);
    expect(span.links.map(({ context }) => context.spanId)).toEqual([SPAN_B]);
  });

  test('has the names that MCP, GenAI and OpenInference tools look for', async () => {
    const span = await serve(() => ({ content: [] }), {
      input: { width: 1920 },
      headers: new Headers({ 'x-session-id': 's-1' }),
    });
    expect(span.attributes).toMatchObject({
      'openinference.span.kind': 'TOOL',
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'render',
      'tool.name': 'render',
      'session.id': 's-1',
      'input.value': expect.stringMatching(/^\{"arguments":\["width"\],"bytes":14,"sha256":"[0-9a-f]{64}"\}$/),
    });
  });

  test('passes the result on and leaves a good span unset', async () => {
    const { tracer, exporter } = startRecording();
    const result = { content: [] };
    await expect(withWorkflowSpan({ tracer, propagator: w3c, target: 'x' }, () => result)).resolves.toBe(result);
    expect(exporter.getFinishedSpans()[0]?.status).toEqual({ code: 0 });
  });

  test('makes a tool that reports failure look failed', async () => {
    const span = await serve(() => ({ isError: true, content: [] }));
    expect([span.attributes['error.type'], span.status]).toEqual(['tool_error', { code: 2, message: 'tool_error' }]);
  });

  test('makes a throw look failed, passes it on, and keeps its message to itself', async () => {
    const { tracer, exporter } = startRecording();
    const failing = withWorkflowSpan({ tracer, propagator: w3c, target: 'x' }, () => {
      throw new TypeError('private words');
    });
    await expect(failing).rejects.toThrow('private words');
    const span = exporter.getFinishedSpans()[0]!;
    expect([span.attributes['error.type'], span.attributes['exception.type'], span.status.message]).toEqual([
      'internal',
      'TypeError',
      'internal',
    ]);
    expect(JSON.stringify([span.attributes, span.events])).not.toContain('private words');
  });

  test.each([
    ['AbortError', 'cancelled', 0],
    ['TimeoutError', 'timeout', 2],
  ])('reads %s as %s', async (name, outcome, status) => {
    const span = await serve(() => {
      throw new DOMException('x', name);
    });
    expect([span.attributes['error.type'], span.status.code]).toEqual([outcome, status]);
  });

  test('injects itself into what is sent from inside, for the client side as well', async () => {
    const { tracer, exporter } = startRecording();
    const meta: Record<string, unknown> = { progressToken: 7 };
    const headers = new Headers();
    await withWorkflowSpan(
      { tracer, propagator: w3c, side: 'internal', target: 'plan shot', kind: 'AGENT' },
      ({ context }) =>
        withWorkflowSpan({ tracer, propagator: w3c, side: 'client', target: 'render', parent: context }, ({ inject }) =>
          inject({ meta, headers }),
        ),
    );
    const [client, agent] = exporter.getFinishedSpans();
    expect([client?.kind, client?.parentSpanContext?.spanId, agent?.name]).toEqual([
      SpanKind.CLIENT,
      agent?.spanContext().spanId,
      'plan shot',
    ]);
    const { traceId, spanId } = client!.spanContext();
    expect(meta).toEqual({ progressToken: 7, traceparent: `00-${traceId}-${spanId}-01` });
    expect(headers.get('traceparent')).toBe(meta['traceparent']);
  });
});

describe('with a context manager', () => {
  const manager = new AsyncLocalStorageContextManager().enable();
  beforeAll(() => void contextApi.setGlobalContextManager(manager));
  afterAll(() => contextApi.disable());

  test('the span is the active one inside, across awaits, and the default parent of inner spans', async () => {
    const { tracer, exporter } = startRecording();
    await withWorkflowSpan({ tracer, propagator: w3c, target: 'render' }, async ({ span }) => {
      await Promise.resolve();
      expect(trace.getActiveSpan()).toBe(span);
      await withWorkflowSpan({ tracer, propagator: w3c, side: 'internal', target: 'step' }, () => undefined);
    });
    const [inner, outer] = exporter.getFinishedSpans();
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  test('a served message takes its own context, never the active one of the request that opened the stream', async () => {
    const { tracer, exporter } = startRecording();
    await withWorkflowSpan({ tracer, propagator: w3c, target: 'stream' }, () =>
      withWorkflowSpan(
        { tracer, propagator: w3c, target: 'message', meta: { traceparent: PARENT_A } },
        () => undefined,
      ),
    );
    expect(exporter.getFinishedSpans()[0]?.parentSpanContext?.spanId).toBe(SPAN_A);
  });
});

/** Headers as a fetch implementation of its own brings them: no instance of the global class. */
function otherHeaders(fields: Readonly<Record<string, string>>): Headers {
  const own = new Headers(fields);
  return new Proxy(own, {
    getPrototypeOf: () => Object.prototype,
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('extractContext and injectContext', () => {
  test.each([
    ['_meta before headers', { meta: { traceparent: PARENT_A }, headers: { traceparent: PARENT_B } }, SPAN_A],
    ['headers as an object of any case', { headers: { TraceParent: PARENT_B } }, SPAN_B],
    ['web headers', { headers: new Headers({ traceparent: PARENT_B }) }, SPAN_B],
    ['headers of another fetch', { headers: otherHeaders({ traceparent: PARENT_B }) }, SPAN_B],
    ['nothing from a malformed message', { meta: { traceparent: 5 }, headers: { traceparent: 'x' } }, undefined],
  ])('read %s', (_, carriers, expected) => {
    expect(trace.getSpanContext(extractContext(carriers, w3c))?.spanId).toBe(expected);
  });

  test('carry a context from one message to the next', () => {
    const headers: Record<string, string> = {};
    injectContext(extractContext({ meta: { traceparent: PARENT_A, tracestate: 'vendor=1' } }, w3c), { headers }, w3c);
    expect(headers).toEqual({ traceparent: PARENT_A, tracestate: 'vendor=1' });
  });

  test('write into headers of another fetch', () => {
    const headers = otherHeaders({});
    injectContext(extractContext({ meta: { traceparent: PARENT_A } }, w3c), { headers }, w3c);
    expect(headers.get('traceparent')).toBe(PARENT_A);
  });

  test('write nothing when there is no span', () => {
    const meta = {};
    injectContext(ROOT_CONTEXT, { meta }, w3c);
    expect(meta).toEqual({});
  });
});
