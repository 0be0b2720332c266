import { readRequestContext } from '@dcc-mcp/request-context';
import { describe, expect, test } from '@jest/globals';
import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { createWorkflowSpans } from '../src/index.ts';
import { countingSettings, startRecording } from './recording.ts';

const REQUESTS = 100;

const nanos = ([seconds, rest]: HrTime): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(rest);

/** Passes a fraction of a millisecond, so that spans start anywhere within one. */
function spin(millis: number): void {
  const until = performance.now() + millis;
  while (performance.now() < until) {}
}

/** A batch with one call and its request to the upstream, many times. */
function recordRequests(): readonly ReadableSpan[] {
  const { tracer, exporter } = startRecording();
  const settings = countingSettings();
  const spans = createWorkflowSpans({ tracer, settings });
  for (let request = 0; request < REQUESTS; request += 1) {
    const ctx = readRequestContext({ transport: 'mcp', headers: {} }, settings);
    const batch = spans.startWorkflow(ctx, 'gateway.call_batch');
    spin((request % 10) / 10);
    const item = spans.startWorkflow(ctx, 'gateway.call', { parent: batch });
    const hop = item.startHop({ method: 'tools/call', target: 'create_sphere' });
    hop.addRetry({ attempt: 1, reason: 'host_busy' });
    spin(0.05);
    hop.end({ outcome: 'ok' });
    item.end({ outcome: 'ok' });
    batch.end({ outcome: 'ok' });
  }
  return exporter.getFinishedSpans();
}

describe('times of spans', () => {
  const recorded = recordRequests();
  const byId = new Map(recorded.map((span) => [span.spanContext().spanId, span]));
  const children = recorded.filter(({ parentSpanContext }) => parentSpanContext !== undefined);

  test('a span below another starts and ends within it', () => {
    expect(children).toHaveLength(2 * REQUESTS);
    const outside = children.filter((child) => {
      const parent = byId.get(child.parentSpanContext?.spanId ?? '');
      if (parent === undefined) {
        return true;
      }
      return nanos(child.startTime) < nanos(parent.startTime) || nanos(child.endTime) > nanos(parent.endTime);
    });
    expect(outside.map(({ name }) => name)).toEqual([]);
  });

  test('a retry lies within its hop', () => {
    for (const { events, startTime, endTime } of recorded) {
      for (const { time } of events) {
        expect(nanos(time)).toBeGreaterThanOrEqual(nanos(startTime));
        expect(nanos(time)).toBeLessThanOrEqual(nanos(endTime));
      }
    }
  });

  test('a span starts at the time of the wall clock', () => {
    const before = Date.now();
    const [first] = recordRequests();
    const started = Number(nanos(first?.startTime ?? [0, 0])) / 1e6;
    expect(started).toBeGreaterThanOrEqual(before);
    expect(started).toBeLessThan(Date.now() + 1);
  });
});
