import type { PropagatorName, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { createNoopMeter, type MeterProvider, type TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import type { ShutdownSignals } from '../export/exporter.ts';
import type { PipelineContext } from '../export/pipeline-context.ts';
import { createLoggerProvider } from '../logs/log-pipeline.ts';
import { createMeterPipeline, type MeterPipeline } from '../metrics/meter-pipeline.ts';
import { registerExporterMetrics, registerSpanMetrics } from '../metrics/self-metrics.ts';
import { SpanPipeline } from '../spans/span-pipeline.ts';
import { createTracerProvider } from '../spans/tracer-provider.ts';
import { createLogQueues, createSpanQueues } from './create-queues.ts';
import { registerGlobals } from './globals.ts';
import { createResource, whenReady } from './resource.ts';
import { RunningTelemetry } from './running-telemetry.ts';
import { TelemetryError } from './telemetry-error.ts';
import type { StartTelemetryOptions, Telemetry } from './telemetry.ts';
import { VERSION } from './version.ts';

const SCOPE = '@dcc-mcp/telemetry-node';

/**
 * Starts traces, metrics and logs as `config` says; of the environment nothing is read but its proxies (`HTTP_PROXY`,
 * `HTTPS_PROXY`, `NO_PROXY`). A gRPC exporter whose package is missing starts as failing, never as an exception.
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
  const context = createContext(config, options, { closing: closing.signal, aborted: aborted.signal });
  const spanQueues = config.disabled ? [] : createSpanQueues(config.traces.processors, context);
  const logQueues = config.disabled ? [] : createLogQueues(config.logs.processors, context);
  const metrics = createMetrics(config, options, context);
  const spans = new SpanPipeline(spanQueues, options.spanRedaction);
  const meterProvider = config.disabled ? undefined : metrics?.provider;
  if (meterProvider !== undefined) {
    registerSelfMetrics(meterProvider, spans, context);
  }
  const providers = {
    tracerProvider: createTracerProvider(config.traces, context.resource, spans),
    meterProvider: meterProvider ?? noopMeterProvider,
    loggerProvider: createLoggerProvider(config.logs, context.resource, logQueues),
  };
  const propagator = createPropagator(config.propagators);
  return new RunningTelemetry({
    ...providers,
    propagator,
    resource: context.resource,
    scope: { name: options.scopeName ?? SCOPE, version: options.scopeVersion ?? VERSION },
    metrics,
    isMetering: meterProvider !== undefined,
    spanQueues,
    logQueues,
    monitors: context.monitors,
    closing,
    aborted,
    globals: options.setGlobals === true ? registerGlobals({ ...providers, propagator }) : undefined,
  });
}

const EXPORTERS: ReadonlySet<unknown> = new Set(['official', 'fast', undefined]);

function checkOptions({ cardinalityLimit, exporter }: StartTelemetryOptions): void {
  if (cardinalityLimit !== undefined && !(Number.isInteger(cardinalityLimit) && cardinalityLimit > 0)) {
    throw new TelemetryError(
      'invalid_option',
      `cardinalityLimit must be a whole number above 0, got ${cardinalityLimit}`,
    );
  }
  if (!EXPORTERS.has(exporter)) {
    throw new TelemetryError('invalid_option', `exporter must be "official" or "fast", got "${exporter}"`);
  }
}

function createContext(
  config: TelemetryConfig,
  options: StartTelemetryOptions,
  signals: ShutdownSignals,
): PipelineContext {
  const resource = createResource(config.resource, options.resourceAttributes);
  return {
    monitors: [],
    signals,
    now: options.now ?? Date.now,
    resource,
    ready: whenReady(resource),
    spanExport: { exporter: options.exporter ?? 'official', doubleAttributes: options.doubleAttributes ?? [] },
    resolveFrom: options.resolveFrom ?? [import.meta.url, `${process.cwd()}/package.json`],
    grpc: options.grpc,
    onHealthChange: options.onHealthChange,
  };
}

/** While disabled only a pull keeps a provider, for the resource and the information metrics. */
function createMetrics(
  config: TelemetryConfig,
  options: StartTelemetryOptions,
  context: PipelineContext,
): MeterPipeline | undefined {
  if (!config.disabled) {
    return createMeterPipeline(config.metrics, options, context);
  }
  const { readers, ...rest } = config.metrics;
  const pulled = readers.filter((reader) => reader.type === 'prometheus');
  return createMeterPipeline({ ...rest, readers: pulled }, { ...options, metricReaders: [] }, context);
}

function registerSelfMetrics(provider: MeterProvider, spans: SpanPipeline, { monitors }: PipelineContext): void {
  const meter = provider.getMeter(SCOPE, VERSION);
  registerExporterMetrics(meter, monitors);
  if (!spans.isIdle) {
    registerSpanMetrics(meter, spans.counts);
  }
}

const noopMeterProvider: MeterProvider = { getMeter: () => createNoopMeter() };

const PROPAGATORS: Readonly<Record<PropagatorName, () => TextMapPropagator>> = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
  b3: () => new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER }),
  b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
};

/** The configured propagators as one; an empty list propagates nothing. */
function createPropagator(names: readonly PropagatorName[]): TextMapPropagator {
  return new CompositePropagator({ propagators: names.map((name) => PROPAGATORS[name]()) });
}
