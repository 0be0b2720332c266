import { choice, duration, integer, ratio, text, timeout } from '../kinds/scalar-kinds.ts';
import type {
  AttributeLimits,
  BatchConfig,
  ConsoleExporterConfig,
  MetricReaderConfig,
  OtlpExporterConfig,
  ProcessorConfig,
  SamplerConfig,
  SpanLimitsConfig,
  TelemetryConfig,
} from '../telemetry/telemetry-config.ts';
import type { Signal } from '../variables/otlp.ts';
import { BLRP, BSP, type BatchVariables } from '../variables/processors.ts';
import { readExporter, readMetricShape } from './exporters.ts';
import type { FileNode } from './file-node.ts';

const COUNT = 128;
type Processor = ProcessorConfig<OtlpExporterConfig | ConsoleExporterConfig>;

export function readTracerProvider(node: FileNode | undefined, general: AttributeLimits): TelemetryConfig['traces'] {
  const limits = node?.child('limits');
  const count = (key: string): number => limits?.scalar(key, integer()) ?? COUNT;
  const spanLimits: SpanLimitsConfig = {
    ...readAttributeLimits(limits, general),
    eventCount: count('event_count_limit'),
    linkCount: count('link_count_limit'),
    attributesPerEvent: count('event_attribute_count_limit'),
    attributesPerLink: count('link_attribute_count_limit'),
  };
  limits?.finish();
  const processors = readProcessors(node, 'traces', BSP);
  const sampler = readSampler(node?.child('sampler'));
  const generator = node?.child('id_generator');
  generator?.raw('random');
  generator?.finish();
  node?.finish();
  return { processors, sampler, limits: spanLimits };
}

export function readLoggerProvider(node: FileNode | undefined, general: AttributeLimits): TelemetryConfig['logs'] {
  const limits = node?.child('limits');
  const recordLimits = readAttributeLimits(limits, general);
  limits?.finish();
  const processors = readProcessors(node, 'logs', BLRP);
  node?.finish();
  return { processors, limits: recordLimits };
}

/** A limit of its own, else the general one. */
export function readAttributeLimits(node: FileNode | undefined, general: AttributeLimits): AttributeLimits {
  return {
    attributeCount: node?.scalar('attribute_count_limit', integer()) ?? general.attributeCount,
    attributeValueLength: node?.scalar('attribute_value_length_limit', integer()) ?? general.attributeValueLength,
  };
}

function readProcessors(node: FileNode | undefined, signal: Signal, defaults: BatchVariables): readonly Processor[] {
  return (node?.children('processors') ?? []).flatMap((entry) => {
    const type = entry.has('batch') ? 'batch' : 'simple';
    const body = entry.child(type);
    entry.finish();
    if (body === undefined) {
      return [];
    }
    const batch = readBatch(body, defaults, type === 'batch');
    const exporter = readExporter(body, signal);
    body.finish();
    exporter?.node.finish();
    return exporter === undefined ? [] : [{ type, batch, exporter: exporter.config }];
  });
}

function readBatch(node: FileNode, defaults: BatchVariables, isBatch: boolean): BatchConfig {
  const read = (key: string, kind: ReturnType<typeof integer>, fallback: number): number =>
    (isBatch ? node.scalar(key, kind) : undefined) ?? fallback;
  const maxQueueSize = read('max_queue_size', integer(1), defaults.maxQueueSize.fallback);
  const wanted = read('max_export_batch_size', integer(1), defaults.maxExportBatchSize.fallback);
  return {
    scheduleDelayMillis: read('schedule_delay', duration(), defaults.scheduleDelay.fallback),
    exportTimeoutMillis: read('export_timeout', timeout(), defaults.exportTimeout.fallback),
    maxQueueSize,
    maxExportBatchSize: Math.min(wanted, maxQueueSize),
  };
}

const DEFAULT_SAMPLER: SamplerConfig = { name: 'parentbased_always_on', ratio: 1 };

/** Samplers that the six of the environment can say; anything else is an issue and the default. */
function readSampler(node: FileNode | undefined): SamplerConfig {
  if (node === undefined) {
    return DEFAULT_SAMPLER;
  }
  const plain = readPlainSampler(node);
  if (plain !== undefined) {
    node.finish();
    return plain;
  }
  const parentBased = node.child('parent_based');
  if (parentBased === undefined) {
    const [name = ''] = node.keys;
    node.note(name, 'this sampler is not supported; parent_based with root always_on is used');
    return DEFAULT_SAMPLER;
  }
  node.finish();
  return readParentBased(parentBased);
}

function readPlainSampler(node: FileNode): SamplerConfig | undefined {
  if (node.child('always_on') !== undefined) {
    return { name: 'always_on', ratio: 1 };
  }
  if (node.child('always_off') !== undefined) {
    return { name: 'always_off', ratio: 1 };
  }
  const byRatio = node.child('trace_id_ratio_based');
  if (byRatio === undefined) {
    return undefined;
  }
  const value = byRatio.scalar('ratio', ratio()) ?? 1;
  byRatio.finish();
  return { name: 'traceidratio', ratio: value };
}

/** What the four decisions about parents are unless the file says otherwise; only these can be kept. */
const PARENT_DECISIONS: readonly (readonly [string, SamplerConfig['name']])[] = [
  ['remote_parent_sampled', 'always_on'],
  ['remote_parent_not_sampled', 'always_off'],
  ['local_parent_sampled', 'always_on'],
  ['local_parent_not_sampled', 'always_off'],
];

function readParentBased(node: FileNode): SamplerConfig {
  const rootNode = node.child('root');
  const root = rootNode === undefined ? undefined : readPlainSampler(rootNode);
  if (rootNode !== undefined && root === undefined) {
    node.note('root', 'this sampler is not supported; always_on is used', {
      expected: 'always_on, always_off or trace_id_ratio_based',
    });
  }
  for (const [key, expected] of PARENT_DECISIONS) {
    const decision = node.child(key);
    const name = decision === undefined ? undefined : readPlainSampler(decision)?.name;
    if (decision !== undefined && name !== expected) {
      node.note(key, `this is not supported; ${expected} is used`, { expected });
    }
  }
  node.finish();
  const { name, ratio: value } = root ?? { name: 'always_on', ratio: 1 };
  return { name: `parentbased_${toBaseName(name)}`, ratio: value };
}

function toBaseName(name: SamplerConfig['name']): 'always_on' | 'always_off' | 'traceidratio' {
  if (name === 'always_off' || name === 'traceidratio') {
    return name;
  }
  return 'always_on';
}

export function readMeterProvider(node: FileNode | undefined): TelemetryConfig['metrics'] {
  const readers = (node?.children('readers') ?? []).flatMap((entry) => {
    const reader = entry.has('pull') ? readPull(entry.child('pull')) : readPeriodic(entry.child('periodic'));
    entry.finish();
    return reader === undefined ? [] : [reader];
  });
  const exemplarFilter =
    node?.scalar('exemplar_filter', choice(['trace_based', 'always_on', 'always_off'])) ?? 'trace_based';
  node?.finish();
  return { readers, exemplarFilter };
}

function readPeriodic(node: FileNode | undefined): MetricReaderConfig | undefined {
  if (node === undefined) {
    return undefined;
  }
  const intervalMillis = node.scalar('interval', duration(1)) ?? 60_000;
  const timeoutMillis = node.scalar('timeout', timeout()) ?? 30_000;
  const exporter = readExporter(node, 'metrics');
  node.finish();
  if (exporter === undefined) {
    return undefined;
  }
  const shape = readMetricShape(exporter.node);
  exporter.node.finish();
  return {
    type: 'periodic',
    intervalMillis,
    timeoutMillis: Math.min(timeoutMillis, intervalMillis),
    exporter: { ...exporter.config, ...shape },
  };
}

function readPull(node: FileNode | undefined): MetricReaderConfig | undefined {
  const exporter = node?.child('exporter');
  const prometheus = exporter?.child('prometheus/development') ?? exporter?.child('prometheus');
  const host = prometheus?.scalar('host', text('a host name or address')) ?? 'localhost';
  const port = prometheus?.scalar('port', integer(0, 65_535)) ?? 9_464;
  prometheus?.finish();
  exporter?.finish();
  node?.finish();
  return prometheus === undefined ? undefined : { type: 'prometheus', host, port };
}
