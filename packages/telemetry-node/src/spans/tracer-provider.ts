import type { SamplerConfig, SamplerName, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { ProxyTracerProvider, type TracerProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { RecordingTracerProvider } from './recording-tracer-provider.ts';
import { toSpanLimits } from './span-limits.ts';
import { countDecisions, type SpanPipeline } from './span-pipeline.ts';

/** Creates the provider that records spans for `pipeline`; it records none while the pipeline has no queue. */
export function createTracerProvider(
  { sampler, limits }: TelemetryConfig['traces'],
  resource: Resource,
  pipeline: SpanPipeline,
): TracerProvider {
  // A proxy without a delegate is the API's no-op provider: spans carry their parent's context on.
  if (pipeline.isIdle) {
    return new ProxyTracerProvider();
  }
  return new RecordingTracerProvider({
    resource,
    sampler: countDecisions(createSampler(sampler), pipeline.counts),
    limits: toSpanLimits(limits),
    onStart: () => pipeline.onStart(),
    onEnd: (span) => pipeline.onEnd(span),
  });
}

const SAMPLERS: Readonly<Record<SamplerName, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

/** One of the six samplers of the specification. */
function createSampler({ name, ratio }: SamplerConfig): Sampler {
  return SAMPLERS[name](ratio);
}
