import type { Environment } from '@dcc-mcp/telemetry-config';
import {
  quote,
  type Kind,
  boolean,
  choice,
  httpUrl,
  ratio,
  text,
  toGrpcUrl,
  toSignalUrl,
  VariableReader,
  TRACES_EXPORTER,
  TRACES_SAMPLER,
  TRACES_SAMPLER_ARG,
  OTLP_ENDPOINT,
  OTLP_PROTOCOL,
} from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { member } from './file-value.ts';
import type { SettingReader } from './setting-reader.ts';

const PATH = 'observability.tracing';
const DEFAULT_SAMPLE_RATE = '0.1';

/** Keys of mcpproxy-go's `observability.tracing`. */
export const TRACING_KEYS: {
  readonly enabled: Kind<boolean>;
  readonly protocol: Kind<'http' | 'grpc'>;
  readonly endpoint: Kind<string>;
  readonly sample_rate: Kind<number>;
} = {
  enabled: boolean(),
  protocol: choice(['http', 'grpc']),
  endpoint: text('host:port, or a URL'),
  sample_rate: ratio(),
};

/**
 * Turns mcpproxy-go's block into `OTEL_*` defaults, which the environment overrules one by one. Traces only. The
 * endpoint's default follows the protocol that is in force, so that a change of protocol never keeps the other's port.
 */
export function readObservability(reader: SettingReader): Environment {
  const block = member(reader.file, 'observability');
  if (block !== undefined && block !== null && !isJsonObject(block)) {
    reader.note({ variable: 'observability', problem: 'it is not an object', expected: '{ metrics, tracing }' });
  }
  const tracing = member(block, 'tracing');
  if (tracing === undefined || tracing === null) {
    return {};
  }
  if (!isJsonObject(tracing)) {
    reader.note({
      variable: PATH,
      problem: 'it is not an object',
      expected: `{ ${Object.keys(TRACING_KEYS).join(', ')} }`,
    });
    return {};
  }
  return toDefaults(reader, tracing);
}

function toDefaults(reader: SettingReader, tracing: JsonObject): Environment {
  const read = <T>(key: string, kind: Kind<T>): T | undefined => {
    const given = member(tracing, key);
    if (given === undefined || given === null || given === '') {
      return undefined;
    }
    const parsed = kind.fromJson(given);
    for (const issue of parsed.issues) {
      reader.note({ variable: `${PATH}.${key}`, ...issue });
    }
    return parsed.value;
  };
  const isEnabled = read('enabled', TRACING_KEYS.enabled) ?? false;
  const protocol = read('protocol', TRACING_KEYS.protocol);
  const endpoint = toUrl(reader, read('endpoint', TRACING_KEYS.endpoint));
  const sampleRate = read('sample_rate', TRACING_KEYS.sample_rate);
  if (!isEnabled) {
    return {};
  }
  return {
    [TRACES_EXPORTER.name]: 'otlp',
    ...endpointDefaults(reader, protocol, endpoint),
    ...samplerDefaults(reader.env, sampleRate),
  };
}

/** `host:port` means http:// here. */
function toUrl(reader: SettingReader, endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) {
    return undefined;
  }
  const url = endpoint.includes('://') ? endpoint : `http://${endpoint}`;
  const [issue] = httpUrl().parse(url).issues;
  if (issue === undefined) {
    return url;
  }
  reader.note({
    variable: `${PATH}.endpoint`,
    problem: `${quote(endpoint)} is not usable`,
    expected: TRACING_KEYS.endpoint.expected,
  });
  return undefined;
}

function endpointDefaults(
  reader: SettingReader,
  protocol: 'http' | 'grpc' | undefined,
  url: string | undefined,
): Environment {
  const chosen = new VariableReader(reader.env).find(OTLP_PROTOCOL.traces)?.value;
  const isGrpcPort = url !== undefined && new URL(url).port === '4317';
  const fromBlock = protocol ?? (isGrpcPort ? 'grpc' : 'http');
  const isGrpc = chosen === undefined ? fromBlock === 'grpc' : chosen === 'grpc';
  const base = url ?? (isGrpc ? 'http://localhost:4317' : 'http://localhost:4318');
  if (isGrpc && new URL(base).pathname !== '/') {
    reader.note({
      variable: `${PATH}.endpoint`,
      problem: 'gRPC takes no path; it is left out',
      fix: 'remove the path',
    });
  }
  return {
    [OTLP_ENDPOINT.traces.name]: isGrpc ? toGrpcUrl(base, true) : toSignalUrl(base, 'traces'),
    // Unwritten, the protocol is left to the endpoint that wins, which may be the environment's.
    ...(protocol === undefined ? {} : { [OTLP_PROTOCOL.traces.name]: protocol === 'grpc' ? 'grpc' : 'http/protobuf' }),
  };
}

/** A sampler of the environment brings its own argument. */
function samplerDefaults(env: Environment, sampleRate: number | undefined): Environment {
  if (new VariableReader(env).find(TRACES_SAMPLER) !== undefined) {
    return {};
  }
  return {
    [TRACES_SAMPLER.name]: 'traceidratio',
    [TRACES_SAMPLER_ARG.name]: sampleRate === undefined ? DEFAULT_SAMPLE_RATE : String(sampleRate),
  };
}
