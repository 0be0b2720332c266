import { emptyResource } from '@opentelemetry/resources';
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace';
import type { RecordedSpan } from '../../src/spans/recorded-span.ts';
import { RecordingTracerProvider } from '../../src/spans/recording-tracer-provider.ts';
import { toSpanLimits } from '../../src/spans/span-limits.ts';
import { telemetryConfig } from '../helpers/telemetry-config.ts';

/** Limits as a test names them. */
export type Limits = Parameters<typeof toSpanLimits>[0];

/** The specification's own limits. */
export const DEFAULT_LIMITS: Limits = telemetryConfig().traces.limits;

/** A provider that records everything and puts what has ended into `ended`. */
export function recordInto(ended: RecordedSpan[], limits: Limits = DEFAULT_LIMITS): RecordingTracerProvider {
  return new RecordingTracerProvider({
    resource: emptyResource(),
    sampler: new AlwaysOnSampler(),
    limits: toSpanLimits(limits),
    onStart: () => undefined,
    onEnd: (span) => ended.push(span),
  });
}
