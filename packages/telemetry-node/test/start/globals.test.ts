import { afterEach, describe, expect, test } from '@jest/globals';
import { context, createContextKey, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { registeredApiVersion } from '../../src/index.ts';
import { Running } from '../helpers/running.ts';
import { telemetryConfig, tracesTo } from '../helpers/telemetry-config.ts';

const running = new Running();
const GLOBAL = Symbol.for('opentelemetry.js.api.1');

afterEach(() => running.stop());

describe('setGlobals', () => {
  test('makes the global API record here, and carries the context across await', async () => {
    const sink = await running.sink();
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { setGlobals: true });
    await trace.getTracer('app').startActiveSpan('outer', async (outer) => {
      await Promise.resolve();
      trace.getTracer('app').startSpan('inner').end();
      outer.end();
    });
    await telemetry.forceFlush();
    const [inner, outer] = sink.spans();
    expect(inner).toMatchObject({ name: 'inner', parentSpanId: outer?.spanId });
    expect(propagation.fields()).toContain('traceparent');
    expect(telemetry.health().apiConflict).toBeUndefined();
  });

  test('takes its registrations back at shutdown', async () => {
    const telemetry = running.start(telemetryConfig(tracesTo('http://127.0.0.1:9')), { setGlobals: true });
    await telemetry.shutdown({ timeoutMillis: 100 });
    const key = createContextKey('x');
    expect(context.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key))).toBeUndefined();
    expect(trace.getTracer('app').startSpan('x').isRecording()).toBe(false);
  });

  test('tells when someone else was first, and leaves theirs in place', async () => {
    const first = running.start(telemetryConfig(), { setGlobals: true });
    const second = running.start(telemetryConfig(tracesTo('http://127.0.0.1:9')), { setGlobals: true });
    expect(second.health().apiConflict).toMatchObject({
      refused: ['trace', 'metrics', 'logs', 'propagation', 'context'],
      registeredVersion: '1.10.0',
      ownVersion: '1.10.0',
      action: expect.stringContaining('npm ls @opentelemetry/api'),
    });
    await second.shutdown({ timeoutMillis: 100 });
    expect(first.health().apiConflict).toBeUndefined();
    expect(propagation.fields()).toContain('traceparent');
  });

  test('tells the version of an older copy that registered first', () => {
    const before: unknown = Reflect.get(globalThis, GLOBAL);
    Reflect.set(globalThis, GLOBAL, { version: '1.9.1', diag: {} });
    try {
      const telemetry = running.start(telemetryConfig(), { setGlobals: true });
      expect(registeredApiVersion()).toBe('1.9.1');
      expect(telemetry.health().apiConflict).toMatchObject({ registeredVersion: '1.9.1' });
      expect(telemetry.health().apiConflict?.action).toContain('version 1.9.1');
    } finally {
      Reflect.set(globalThis, GLOBAL, before);
    }
  });

  test('is off unless asked for', () => {
    running.start(telemetryConfig(tracesTo('http://127.0.0.1:9')));
    expect(trace.getTracer('app').startSpan('x').isRecording()).toBe(false);
    expect(metrics.getMeter('app').createCounter('c').constructor.name).toMatch(/Noop/);
  });
});
