import { isGrpcTarget, otlpEndpoint } from '../kinds/endpoint-kind.ts';
import type { Kind } from '../kinds/kind.ts';
import { headers } from '../kinds/pair-kinds.ts';
import { boolean, choice, filePath, httpUrl, timeout } from '../kinds/scalar-kinds.ts';
import { toGrpcUrl, toSignalUrl } from '../telemetry/otlp-destination.ts';
import type {
  ConsoleExporterConfig,
  HistogramAggregation,
  MetricTemporality,
  OtlpExporterConfig,
} from '../telemetry/telemetry-config.ts';
import type { Signal } from '../variables/otlp.ts';
import type { FileNode } from './file-node.ts';

const DEFAULT_TIMEOUT_MILLIS = 10_000;

/** One exporter of a processor or reader, with the node that may say more about it. */
export interface ReadExporter {
  readonly config: OtlpExporterConfig | ConsoleExporterConfig;
  readonly node: FileNode;
}

/** Reads `exporter:`; one that is not supported leaves an issue and nothing else. */
export function readExporter(parent: FileNode, signal: Signal): ReadExporter | undefined {
  const exporter = parent.child('exporter');
  if (exporter === undefined) {
    parent.note('exporter', 'it is missing', { expected: 'otlp_http, otlp_grpc or console' });
    return undefined;
  }
  for (const [key, read] of READERS) {
    const node = exporter.child(key);
    if (node === undefined) {
      continue;
    }
    const config = read(node, signal);
    exporter.finish();
    return { config, node };
  }
  const [name = ''] = exporter.keys;
  exporter.note(name, 'this exporter is not supported', { expected: 'otlp_http, otlp_grpc or console' });
  return undefined;
}

const READERS: readonly (readonly [string, (node: FileNode, signal: Signal) => ReadExporter['config']])[] = [
  ['otlp_http', readOtlpHttp],
  ['otlp_grpc', readOtlpGrpc],
  ['console', () => ({ type: 'console' })],
];

function readOtlpHttp(node: FileNode, signal: Signal): OtlpExporterConfig {
  const endpoint = node.scalar('endpoint', httpUrl()) ?? toSignalUrl('http://localhost:4318', signal);
  const encoding = node.scalar('encoding', choice(['protobuf', 'json'])) ?? 'protobuf';
  return {
    type: 'otlp',
    protocol: encoding === 'json' ? 'http/json' : 'http/protobuf',
    endpoint,
    ...readCommon(node),
    insecure: false,
  };
}

function readOtlpGrpc(node: FileNode): OtlpExporterConfig {
  const endpoint = node.scalar('endpoint', otlpEndpoint()) ?? 'http://localhost:4317';
  const insecure = node.child('tls')?.scalar('insecure', boolean()) ?? false;
  if (!isGrpcTarget(endpoint) && new URL(endpoint).pathname !== '/') {
    node.note('endpoint', 'gRPC takes no path; it is left out');
  }
  return { type: 'otlp', protocol: 'grpc', endpoint: toGrpcUrl(endpoint, insecure), ...readCommon(node), insecure };
}

function readCommon(node: FileNode): Omit<OtlpExporterConfig, 'type' | 'protocol' | 'endpoint' | 'insecure'> {
  return {
    headers: { ...node.scalar('headers_list', headers()), ...readHeaders(node) },
    timeoutMillis: node.scalar('timeout', timeout()) ?? DEFAULT_TIMEOUT_MILLIS,
    compression: node.scalar('compression', choice(['none', 'gzip'])) ?? 'none',
    ...readTls(node),
  };
}

/** `headers:` is a list of names and values, or a mapping as older versions of the format have it. */
function readHeaders(node: FileNode): Readonly<Record<string, string>> {
  const given = node.raw('headers');
  if (given === undefined || given === null) {
    return {};
  }
  const pairs = Array.isArray(given)
    ? node
        .children('headers')
        .map(toPair)
        .filter((pair) => pair !== undefined)
    : given;
  const parsed = headers().fromJson(Array.isArray(pairs) ? Object.fromEntries(pairs) : pairs);
  for (const issue of parsed.issues) {
    node.note('headers', issue.problem, issue);
  }
  if (parsed.value !== undefined) {
    node.settle('headers', headers().show(parsed.value));
  }
  return parsed.value ?? {};
}

/** An entry whose value is null is left out (schema, "headers"). */
function toPair(entry: FileNode): readonly [string, unknown] | undefined {
  const name = entry.raw('name');
  const value = entry.raw('value');
  entry.finish();
  return typeof name === 'string' && value !== null && value !== undefined && value !== '' ? [name, value] : undefined;
}

function readTls(
  node: FileNode,
): Pick<OtlpExporterConfig, 'certificateFile' | 'clientKeyFile' | 'clientCertificateFile'> {
  const tls = node.child('tls');
  if (tls === undefined) {
    return {};
  }
  const file = (key: string, older: string): string | undefined =>
    tls.scalar(key, filePath()) ?? tls.scalar(older, filePath());
  const certificateFile = file('ca_file', 'certificate_file');
  const clientKeyFile = file('key_file', 'client_key_file');
  const clientCertificateFile = file('cert_file', 'client_certificate_file');
  tls.raw('insecure');
  tls.finish();
  if ((clientKeyFile === undefined) !== (clientCertificateFile === undefined)) {
    tls.note('', 'key_file and cert_file have an effect only together', { fix: 'set both' });
  }
  return {
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...(clientKeyFile === undefined ? {} : { clientKeyFile }),
    ...(clientCertificateFile === undefined ? {} : { clientCertificateFile }),
  };
}

const TEMPORALITY: Kind<'cumulative' | 'delta' | 'low_memory' | 'lowmemory'> = choice([
  'cumulative',
  'delta',
  'low_memory',
  'lowmemory',
]);
const AGGREGATION: Kind<HistogramAggregation> = choice([
  'explicit_bucket_histogram',
  'base2_exponential_bucket_histogram',
]);

/** What a metric exporter says besides its destination. */
export function readMetricShape(node: FileNode): {
  readonly temporality: MetricTemporality;
  readonly defaultHistogramAggregation: HistogramAggregation;
} {
  const preference = node.scalar('temporality_preference', TEMPORALITY) ?? 'cumulative';
  return {
    temporality: preference === 'low_memory' ? 'lowmemory' : preference,
    defaultHistogramAggregation:
      node.scalar('default_histogram_aggregation', AGGREGATION) ?? 'explicit_bucket_histogram',
  };
}
