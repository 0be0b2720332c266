import { otlpEndpoint } from '../kinds/endpoint-kind.ts';
import type { Kind } from '../kinds/kind.ts';
import { headers } from '../kinds/pair-kinds.ts';
import { boolean, choice, filePath, timeout } from '../kinds/scalar-kinds.ts';
import type {
  HistogramAggregation,
  MetricTemporality,
  OtlpCompression,
  OtlpProtocol,
} from '../telemetry/telemetry-config.ts';
import { variable, type Variable, type VariableOptions, type VariableWithFallback } from './variable.ts';

export type Signal = 'traces' | 'metrics' | 'logs';
export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** A setting of OTLP: for all signals, and for each, where the signal's own wins. */
export interface OtlpFamily<T> {
  readonly general: Variable<T>;
  readonly traces: Variable<T>;
  readonly metrics: Variable<T>;
  readonly logs: Variable<T>;
}

type FamilyOptions<T> = Omit<VariableOptions<T>, 'group' | 'inherits' | 'olderNames'> & {
  readonly olderNames?: Partial<Record<Signal, readonly string[]>>;
  /** Headers are merged and endpoints extended, so neither is simply inherited. */
  readonly isInherited?: boolean;
};

function family<T>(suffix: string, kind: Kind<T>, options: FamilyOptions<T>): OtlpFamily<T> {
  const { olderNames, isInherited = true, ...rest } = options;
  const general = variable<T>(`OTEL_EXPORTER_OTLP_${suffix}`, kind, { ...rest, group: 'OTLP' });
  const of = (signal: Signal): Variable<T> =>
    variable<T>(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`, kind, {
      ...rest,
      group: 'OTLP',
      description: `${options.description} For ${signal} only.`,
      defaultText: general.name,
      inherits: isInherited ? [general] : [],
      olderNames: olderNames?.[signal] ?? [],
    });
  return { general, traces: of('traces'), metrics: of('metrics'), logs: of('logs') };
}

export const OTLP_ENDPOINT: OtlpFamily<string> = family('ENDPOINT', otlpEndpoint(), {
  description:
    'The collector. Over HTTP v1/traces, v1/metrics or v1/logs is appended to the general one, and a signal’s own is taken as it is.',
  defaultText: 'http://localhost:4318, or :4317 for grpc, once an exporter is chosen',
  isInherited: false,
});
export const OTLP_PROTOCOL: OtlpFamily<OtlpProtocol> = family(
  'PROTOCOL',
  choice(['http/protobuf', 'http/json', 'grpc'], {
    http: 'use http/protobuf',
    https: 'use http/protobuf, and an endpoint that begins with https://',
    'http/proto': 'use http/protobuf',
    protobuf: 'use http/protobuf',
    json: 'use http/json',
    'http/grpc': 'use grpc',
  }),
  { description: 'How OTLP travels.', defaultText: 'http/protobuf; grpc when the endpoint has port 4317' },
);
export const OTLP_HEADERS: OtlpFamily<Readonly<Record<string, string>>> = family('HEADERS', headers(), {
  description: 'Headers of every export; a signal’s own are merged over the general ones.',
  isInherited: false,
});
export const OTLP_TIMEOUT: OtlpFamily<number> = family('TIMEOUT', timeout(), {
  description: 'Longest time of one export; 0 means no limit.',
  fallback: 10_000,
});
export const OTLP_COMPRESSION: OtlpFamily<OtlpCompression> = family(
  'COMPRESSION',
  choice(['none', 'gzip'], { zstd: 'use gzip', deflate: 'use gzip', snappy: 'use gzip' }),
  { description: 'Compression of what is sent.', fallback: 'none' },
);
export const OTLP_CERTIFICATE: OtlpFamily<string> = family('CERTIFICATE', filePath('the path of a PEM file'), {
  description: 'Certificate authority to trust (PEM).',
});
export const OTLP_CLIENT_KEY: OtlpFamily<string> = family('CLIENT_KEY', filePath('the path of a PEM file'), {
  description: 'Key of the client certificate (PEM); needs CLIENT_CERTIFICATE.',
});
export const OTLP_CLIENT_CERTIFICATE: OtlpFamily<string> = family(
  'CLIENT_CERTIFICATE',
  filePath('the path of a PEM file'),
  {
    description: 'Certificate the client shows (PEM); needs CLIENT_KEY.',
  },
);
export const OTLP_INSECURE: OtlpFamily<boolean> = family('INSECURE', boolean(), {
  description: 'grpc only: no TLS where the endpoint has no scheme.',
  fallback: false,
  olderNames: { traces: ['OTEL_EXPORTER_OTLP_SPAN_INSECURE'], metrics: ['OTEL_EXPORTER_OTLP_METRIC_INSECURE'] },
});
export const METRICS_TEMPORALITY_PREFERENCE: VariableWithFallback<MetricTemporality> = variable(
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  choice(['cumulative', 'delta', 'lowmemory']),
  {
    group: 'OTLP',
    description: 'Whether sums are sent since the start or since the last export.',
    fallback: 'cumulative',
  },
);
export const METRICS_DEFAULT_HISTOGRAM_AGGREGATION: VariableWithFallback<HistogramAggregation> = variable(
  'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  choice(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']),
  { group: 'OTLP', description: 'How histograms are kept.', fallback: 'explicit_bucket_histogram' },
);
