import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import {
  createNoopLogger,
  createNoopMeter,
  ProxyTracerProvider,
  type Logger,
  type LoggerProvider,
  type MeterProvider,
  type TracerProvider,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { LoggerProvider as SdkLoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { BatchQueue } from '../export/batch-queue.ts';
import { LogPipeline } from '../logs/log-pipeline.ts';
import { createMeterPipeline, type MeterPipeline } from '../metrics/meter-pipeline.ts';
import { registerExporterMetrics, registerSpanMetrics } from '../metrics/self-metrics.ts';
import { RecordingTracerProvider } from '../spans/recording-tracer-provider.ts';
import { createSampler } from '../spans/sampler.ts';
import { toSpanLimits } from '../spans/span-limits.ts';
import { toValueLengthLimit } from '../spans/span-limits.ts';
import { countDecisions, SpanPipeline, type SpanCounts } from '../spans/span-pipeline.ts';
import { registerGlobals } from './globals.ts';
import { createLogQueues, createSpanQueues, type PipelineContext } from './pipelines.ts';
import { createPropagator } from './propagator.ts';
import { createResource, whenReady } from './resource.ts';
import { RunningTelemetry } from './running-telemetry.ts';
import { TelemetryError } from './telemetry-error.ts';
import type { StartTelemetryOptions, Telemetry } from './telemetry.ts';
import { VERSION } from './version.ts';

const SCOPE = '@dcc-mcp/telemetry-node';

/**
 * Starts traces, metrics and logs as `config` says; nothing is read from the environment. A gRPC
 * exporter whose package is missing starts as failing, never as an exception.
 *
 * @throws {TelemetryError} `invalid_option` for options that contradict each other.
 */
export function startTelemetry(config: TelemetryConfig, options: StartTelemetryOptions = {}): Telemetry {
  return startRunning(config, options);
}

/** As `startTelemetry`, with what only `/register` uses. */
export function startRunning(config: TelemetryConfig, options: StartTelemetryOptions = {}): RunningTelemetry {
  checkOptions(options);
  const closing = new AbortController();
  const aborted = new AbortController();
  const resource = createResource(config.resource, options.resourceAttributes);
  const context: PipelineContext = {
    monitors: [],
    signals: { closing: closing.signal, aborted: aborted.signal },
    now: options.now ?? Date.now,
    ready: whenReady(resource),
    spanEncoding: { encoder: options.traceEncoder ?? 'fast', doubleAttributes: options.doubleAttributes ?? [] },
    resolveFrom: options.resolveFrom ?? [import.meta.url, `${process.cwd()}/package.json`],
    ...(options.onHealthChange === undefined ? {} : { onHealthChange: options.onHealthChange }),
  };
  const counts: SpanCounts = { sampled: 0, recordOnly: 0, dropped: 0, live: 0 };
  const spanQueues = config.disabled ? [] : createSpanQueues(config.traces.processors, context);
  const logQueues = config.disabled ? [] : createLogQueues(config.logs.processors, context);
  const metrics = createMetrics(config, options, resource, context);
  const providers = {
    tracerProvider: createTracerProvider(
      config,
      resource,
      new SpanPipeline(spanQueues, counts, options.spanRedaction),
      counts,
    ),
    meterProvider: config.disabled ? noopMeterProvider : (metrics?.provider ?? noopMeterProvider),
    loggerProvider: createLoggerProvider(config, resource, logQueues),
  };
  if (!config.disabled && metrics !== undefined) {
    const meter = metrics.provider.getMeter(SCOPE, VERSION);
    registerExporterMetrics(meter, context.monitors);
    if (spanQueues.length > 0) {
      registerSpanMetrics(meter, counts);
    }
  }
  const propagator = createPropagator(config.propagators);
  const globals = options.setGlobals === true ? registerGlobals({ ...providers, propagator }) : undefined;
  return new RunningTelemetry({
    ...providers,
    propagator,
    resource,
    scope: { name: options.scopeName ?? SCOPE, version: options.scopeVersion ?? VERSION },
    ...(metrics === undefined ? {} : { metrics }),
    isMetering: !config.disabled && metrics !== undefined,
    spanQueues,
    logQueues,
    monitors: context.monitors,
    closing,
    aborted,
    ...(globals === undefined ? {} : { globals }),
  });
}

function checkOptions(options: StartTelemetryOptions): void {
  const { cardinalityLimit } = options;
  if (cardinalityLimit !== undefined && !(Number.isInteger(cardinalityLimit) && cardinalityLimit > 0)) {
    throw new TelemetryError(
      'invalid_option',
      `cardinalityLimit must be a whole number above 0, got ${cardinalityLimit}`,
    );
  }
  if (options.traceEncoder !== undefined && !['fast', 'official'].includes(options.traceEncoder)) {
    throw new TelemetryError(
      'invalid_option',
      `traceEncoder must be "fast" or "official", got "${options.traceEncoder}"`,
    );
  }
}

/** While disabled only a pull keeps a provider, for the resource and the information metrics. */
function createMetrics(
  config: TelemetryConfig,
  options: StartTelemetryOptions,
  resource: Resource,
  context: PipelineContext,
): MeterPipeline | undefined {
  if (!config.disabled) {
    return createMeterPipeline(config.metrics, options, resource, context);
  }
  const { readers, ...rest } = config.metrics;
  const pulled = readers.filter((reader) => reader.type === 'prometheus');
  return createMeterPipeline({ ...rest, readers: pulled }, { ...options, metricReaders: [] }, resource, context);
}

const noopMeterProvider: MeterProvider = { getMeter: () => createNoopMeter() };
const noopLoggerProvider: LoggerProvider = { getLogger: (): Logger => createNoopLogger() };

function createTracerProvider(
  config: TelemetryConfig,
  resource: Resource,
  pipeline: SpanPipeline,
  counts: SpanCounts,
): TracerProvider {
  // A proxy without a delegate is the API's no-op provider: spans carry their parent's context on.
  if (pipeline.isIdle) {
    return new ProxyTracerProvider();
  }
  const { limits, sampler } = config.traces;
  return new RecordingTracerProvider({
    resource,
    sampler: countDecisions(createSampler(sampler), counts),
    limits: toSpanLimits(limits),
    onStart: () => pipeline.onStart(),
    onEnd: (span) => pipeline.onEnd(span),
  });
}

function createLoggerProvider(
  config: TelemetryConfig,
  resource: Resource,
  queues: readonly BatchQueue<ReadableLogRecord>[],
): LoggerProvider {
  if (queues.length === 0) {
    return noopLoggerProvider;
  }
  const { attributeCount, attributeValueLength } = config.logs.limits;
  return new SdkLoggerProvider({
    resource,
    logRecordLimits: {
      attributeCountLimit: attributeCount,
      attributeValueLengthLimit: toValueLengthLimit(attributeValueLength),
    },
    processors: [new LogPipeline(queues)],
  });
}
