import { LOGS_EXPORTER, METRICS_EXPORTER, TRACES_EXPORTER, type MetricExporterName } from '../variables/exporters.ts';
import { SPAN_LIMIT_VARIABLES, LOG_RECORD_LIMIT_VARIABLES } from '../variables/limits.ts';
import * as metrics from '../variables/metrics.ts';
import {
  METRICS_DEFAULT_HISTOGRAM_AGGREGATION,
  METRICS_TEMPORALITY_PREFERENCE,
  type Signal,
} from '../variables/otlp.ts';
import { BLRP, BSP, type BatchVariables } from '../variables/processors.ts';
import type { VariableReader } from '../variables/variable-reader.ts';
import type { Variable } from '../variables/variable.ts';
import { readSampler } from './general-settings.ts';
import { hasEndpoint, readOtlpDestination } from './otlp-destination.ts';
import type {
  BatchConfig,
  ConsoleExporterConfig,
  MetricReaderConfig,
  OtlpExporterConfig,
  ProcessorConfig,
  PushMetricExporterConfig,
  TelemetryConfig,
} from './telemetry-config.ts';

/**
 * The exporters of a signal: those named; else OTLP where an endpoint asks for it; else none (documented deviation 1:
 * the specification's default is to export to localhost).
 */
function readExporters<Name extends MetricExporterName>(
  reader: VariableReader,
  variable: Variable<readonly Name[]>,
  signal: Signal,
): readonly (Name | 'otlp')[] {
  const named = reader.find(variable);
  if (named !== undefined) {
    reader.settle(variable, named);
    return named.value;
  }
  const isAsked = hasEndpoint(reader, signal);
  reader.settle(variable, undefined, isAsked ? 'otlp' : 'none');
  return isAsked ? ['otlp'] : [];
}

/** Reads a queue's four settings; a batch never is larger than its queue. */
function readBatch(reader: VariableReader, variables: BatchVariables): BatchConfig {
  const maxQueueSize = reader.read(variables.maxQueueSize);
  const batchSize = reader.read(variables.maxExportBatchSize);
  const given = reader.find(variables.maxExportBatchSize);
  const isTooLarge = given !== undefined && given.value > maxQueueSize;
  if (isTooLarge) {
    reader.note({
      variable: given.variable,
      problem: `"${given.value}" is more than the queue holds (${maxQueueSize})`,
      expected: `at most ${variables.maxQueueSize.name}`,
    });
  }
  const wanted = isTooLarge ? variables.maxExportBatchSize.fallback : batchSize;
  const maxExportBatchSize = Math.min(wanted, maxQueueSize);
  if (maxExportBatchSize !== batchSize) {
    reader.settle(variables.maxExportBatchSize, undefined, String(maxExportBatchSize));
  }
  return {
    scheduleDelayMillis: reader.read(variables.scheduleDelay),
    exportTimeoutMillis: reader.read(variables.exportTimeout),
    maxQueueSize,
    maxExportBatchSize,
  };
}

/** The console shows each item at once; everything that travels is batched. */
function toProcessor(
  name: 'otlp' | 'console',
  batch: BatchConfig,
  destination: OtlpExporterConfig,
): ProcessorConfig<OtlpExporterConfig | ConsoleExporterConfig> {
  if (name === 'console') {
    return { type: 'simple', batch, exporter: { type: 'console' } };
  }
  return { type: 'batch', batch, exporter: destination };
}

export function readTraces(reader: VariableReader): TelemetryConfig['traces'] {
  const exporters = readExporters(reader, TRACES_EXPORTER, 'traces');
  const destination = readOtlpDestination(reader, 'traces', exporters.includes('otlp'));
  const batch = readBatch(reader, BSP);
  return {
    processors: exporters.map((name) => toProcessor(name, batch, destination)),
    sampler: readSampler(reader),
    limits: {
      attributeCount: reader.read(SPAN_LIMIT_VARIABLES.attributeCount),
      attributeValueLength: reader.read(SPAN_LIMIT_VARIABLES.attributeValueLength),
      eventCount: reader.read(SPAN_LIMIT_VARIABLES.eventCount),
      linkCount: reader.read(SPAN_LIMIT_VARIABLES.linkCount),
      attributesPerEvent: reader.read(SPAN_LIMIT_VARIABLES.attributesPerEvent),
      attributesPerLink: reader.read(SPAN_LIMIT_VARIABLES.attributesPerLink),
    },
  };
}

export function readLogs(reader: VariableReader): TelemetryConfig['logs'] {
  const exporters = readExporters(reader, LOGS_EXPORTER, 'logs');
  const destination = readOtlpDestination(reader, 'logs', exporters.includes('otlp'));
  const batch = readBatch(reader, BLRP);
  return {
    processors: exporters.map((name) => toProcessor(name, batch, destination)),
    limits: {
      attributeCount: reader.read(LOG_RECORD_LIMIT_VARIABLES.attributeCount),
      attributeValueLength: reader.read(LOG_RECORD_LIMIT_VARIABLES.attributeValueLength),
    },
  };
}

/** A periodic reader cannot wait longer for one export than until the next; 0 stays "no limit". */
function readPeriod(reader: VariableReader): { readonly intervalMillis: number; readonly timeoutMillis: number } {
  const intervalMillis = reader.read(metrics.METRIC_EXPORT_INTERVAL);
  const timeoutMillis = reader.read(metrics.METRIC_EXPORT_TIMEOUT);
  if (timeoutMillis <= intervalMillis) {
    return { intervalMillis, timeoutMillis };
  }
  const given = reader.find(metrics.METRIC_EXPORT_TIMEOUT);
  if (given !== undefined) {
    reader.note({
      variable: given.variable,
      problem: `"${given.value}" is more than the interval (${intervalMillis})`,
      expected: `at most ${metrics.METRIC_EXPORT_INTERVAL.name}`,
    });
  }
  reader.settle(metrics.METRIC_EXPORT_TIMEOUT, undefined, String(intervalMillis));
  return { intervalMillis, timeoutMillis: intervalMillis };
}

export function readMetrics(reader: VariableReader): TelemetryConfig['metrics'] {
  const exporters = readExporters(reader, METRICS_EXPORTER, 'metrics');
  const destination = readOtlpDestination(reader, 'metrics', exporters.includes('otlp'));
  const period = readPeriod(reader);
  const host = reader.read(metrics.PROMETHEUS_HOST);
  const port = reader.read(metrics.PROMETHEUS_PORT);
  const shape = {
    temporality: reader.read(METRICS_TEMPORALITY_PREFERENCE),
    defaultHistogramAggregation: reader.read(METRICS_DEFAULT_HISTOGRAM_AGGREGATION),
  };
  const toReader = (name: MetricExporterName): MetricReaderConfig => {
    if (name === 'prometheus') {
      return { type: 'prometheus', host, port };
    }
    const exporter: PushMetricExporterConfig =
      name === 'otlp' ? { ...destination, ...shape } : { type: 'console', ...shape };
    return { type: 'periodic', ...period, exporter };
  };
  return { readers: exporters.map(toReader), exemplarFilter: reader.read(metrics.METRICS_EXEMPLAR_FILTER) };
}
