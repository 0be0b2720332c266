import { isGrpcTarget } from '../kinds/endpoint-kind.ts';
import { httpUrl } from '../kinds/scalar-kinds.ts';
import { maskPath, maskUrl } from '../masking/mask-url.ts';
import * as otlp from '../variables/otlp.ts';
import type { Found, VariableReader } from '../variables/variable-reader.ts';
import type { OtlpExporterConfig, OtlpProtocol } from './telemetry-config.ts';

const HTTP_PORT = '4318';
const GRPC_PORT = '4317';

/** Where a signal's OTLP endpoint was given; `isOwn`: by the signal's own variable. */
interface GivenEndpoint extends Found<string> {
  readonly isOwn: boolean;
}

/** Tells whether an endpoint asks for `signal` to be exported (documented deviation 1). */
export function hasEndpoint(reader: VariableReader, signal: otlp.Signal): boolean {
  return givenEndpoint(reader, signal, readProtocol(reader, signal)?.value) !== undefined;
}

/** The explicit protocol of `signal`, its own or the general one. */
function readProtocol(reader: VariableReader, signal: otlp.Signal): Found<OtlpProtocol> | undefined {
  return reader.find(otlp.OTLP_PROTOCOL[signal]);
}

function givenEndpoint(
  reader: VariableReader,
  signal: otlp.Signal,
  protocol: OtlpProtocol | undefined,
): GivenEndpoint | undefined {
  const own = reader.find(otlp.OTLP_ENDPOINT[signal]);
  const general = reader.find(otlp.OTLP_ENDPOINT.general);
  // The environment's general endpoint wins over a file's for one signal.
  const order = own?.source === 'file' && general?.source === 'env' ? [general, own] : [own, general];
  for (const found of order) {
    if (found !== undefined && isUsable(found.value, protocol)) {
      return { ...found, isOwn: found === own };
    }
  }
  return undefined;
}

/** `host:port` without a scheme is for gRPC, and only when gRPC was asked for. */
function isUsable(endpoint: string, protocol: OtlpProtocol | undefined): boolean {
  return !isGrpcTarget(endpoint) || protocol === 'grpc';
}

function noteMissingScheme(reader: VariableReader, signal: otlp.Signal, protocol: OtlpProtocol | undefined): void {
  for (const variable of [otlp.OTLP_ENDPOINT[signal], otlp.OTLP_ENDPOINT.general]) {
    const found = reader.find(variable);
    if (found === undefined || isUsable(found.value, protocol)) {
      continue;
    }
    for (const issue of httpUrl().parse(found.value).issues) {
      reader.noteRefused(variable, { variable: found.variable, ...issue });
    }
  }
}

/** Notes whether the general endpoint is in force: it is where one signal at least can use it. */
export function settleGeneralEndpoint(reader: VariableReader): void {
  const found = reader.find(otlp.OTLP_ENDPOINT.general);
  const isInForce =
    found !== undefined && otlp.SIGNALS.some((signal) => isUsable(found.value, readProtocol(reader, signal)?.value));
  reader.settle(otlp.OTLP_ENDPOINT.general, isInForce ? found : undefined);
}

/** The port of a URL as it is dialled. */
function portOf(endpoint: string): string {
  if (!URL.canParse(endpoint)) {
    return /:(\d+)$/.exec(endpoint)?.[1] ?? '';
  }
  return isGrpcTarget(endpoint) ? (/:(\d+)$/.exec(endpoint)?.[1] ?? '') : new URL(endpoint).port;
}

/** Appends the signal's path to a base URL; a query stays behind it (OTLP exporter, "Endpoint URLs for OTLP/HTTP"). */
export function toSignalUrl(base: string, signal: otlp.Signal): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  url.hash = '';
  return url.href;
}

/** Scheme, host and port for gRPC. */
export function toGrpcUrl(endpoint: string, isInsecure: boolean): string {
  if (isGrpcTarget(endpoint)) {
    return `${isInsecure ? 'http' : 'https'}://${endpoint}`;
  }
  const url = new URL(endpoint);
  return `${url.protocol}//${url.host}`;
}

function noteMixUp(reader: VariableReader, given: GivenEndpoint, protocol: Found<OtlpProtocol>): void {
  const port = portOf(given.value);
  const isGrpc = protocol.value === 'grpc';
  const hint = { variable: protocol.variable, expected: `the protocol that ${given.variable} listens for` };
  if (port === GRPC_PORT && !isGrpc) {
    const problem = `${protocol.value} is sent to port ${GRPC_PORT} of ${given.variable}, where collectors listen for gRPC`;
    reader.note({ ...hint, problem, fix: `set ${protocol.variable}=grpc, or use port ${HTTP_PORT}` });
  }
  if (port === HTTP_PORT && isGrpc) {
    const problem = `grpc is sent to port ${HTTP_PORT} of ${given.variable}, where collectors listen for HTTP`;
    reader.note({ ...hint, problem, fix: `set ${protocol.variable}=http/protobuf, or use port ${GRPC_PORT}` });
  }
}

function notePath(
  reader: VariableReader,
  given: GivenEndpoint,
  { signal, protocol }: Pick<Route, 'signal' | 'protocol'>,
): void {
  if (isGrpcTarget(given.value)) {
    return;
  }
  if (protocol === 'grpc') {
    noteGrpcPath(reader, given);
  } else {
    noteHttpPath(reader, given, signal);
  }
}

function noteGrpcPath(reader: VariableReader, { value, variable }: GivenEndpoint): void {
  const { pathname, username, password } = new URL(value);
  if (pathname !== '/') {
    reader.note({ variable, problem: 'gRPC takes no path; it is left out', fix: 'remove the path' });
  }
  if (username + password !== '') {
    reader.note({
      variable,
      problem: 'gRPC takes no credentials from a URL; they are left out',
      fix: `write them into ${otlp.OTLP_HEADERS.general.name}, as authorization=Basic%20…`,
    });
  }
}

function noteHttpPath(reader: VariableReader, { value, variable, isOwn }: GivenEndpoint, signal: otlp.Signal): void {
  const { pathname } = new URL(value);
  if (isOwn && pathname === '/') {
    const fix = `write ${maskUrl(toSignalUrl(value, signal))}`;
    reader.note({
      variable,
      problem: `it has no path, so ${signal} are sent to /`,
      expected: 'the full URL of the signal',
      fix,
    });
  } else if (!isOwn && /\/v1\/(?:traces|metrics|logs)\/?$/.test(pathname)) {
    const problem = `it ends in ${maskPath(pathname)}, and the path of each signal is appended to that`;
    reader.note({
      variable,
      problem,
      expected: 'the base URL',
      fix: 'remove the path, or use the variable of the signal',
    });
  }
}

/** The protocol in force: the explicit one, else grpc for port 4317, else http/protobuf. */
function chooseProtocol(given: GivenEndpoint | undefined, explicit: Found<OtlpProtocol> | undefined): OtlpProtocol {
  if (explicit !== undefined) {
    return explicit.value;
  }
  return given !== undefined && portOf(given.value) === GRPC_PORT ? 'grpc' : 'http/protobuf';
}

/** What decides where a signal goes beside the endpoint given. */
interface Route {
  readonly signal: otlp.Signal;
  readonly protocol: OtlpProtocol;
  readonly isInsecure: boolean;
}

function resolveEndpoint(given: GivenEndpoint | undefined, { signal, protocol, isInsecure }: Route): string {
  if (protocol === 'grpc') {
    return toGrpcUrl(given?.value ?? `http://localhost:${GRPC_PORT}`, isInsecure);
  }
  if (given === undefined) {
    return toSignalUrl(`http://localhost:${HTTP_PORT}`, signal);
  }
  return given.isOwn ? given.value : toSignalUrl(given.value, signal);
}

function readHeaders(reader: VariableReader, signal: otlp.Signal): Readonly<Record<string, string>> {
  const general = reader.read(otlp.OTLP_HEADERS.general);
  const own = reader.find(otlp.OTLP_HEADERS[signal]);
  const merged = { ...general, ...own?.value };
  const found = own ?? reader.find(otlp.OTLP_HEADERS.general);
  const text = Object.keys(merged)
    .map((name) => `${name}=***`)
    .join(',');
  reader.settle(otlp.OTLP_HEADERS[signal], found, found === undefined ? 'none' : text);
  return merged;
}

function readTls(
  reader: VariableReader,
  signal: otlp.Signal,
  isActive: boolean,
): Pick<OtlpExporterConfig, 'certificateFile' | 'clientKeyFile' | 'clientCertificateFile'> {
  const certificateFile = reader.read(otlp.OTLP_CERTIFICATE[signal]);
  const clientKeyFile = reader.read(otlp.OTLP_CLIENT_KEY[signal]);
  const clientCertificateFile = reader.read(otlp.OTLP_CLIENT_CERTIFICATE[signal]);
  if (isActive && (clientKeyFile === undefined) !== (clientCertificateFile === undefined)) {
    const set = reader.find(
      clientKeyFile === undefined ? otlp.OTLP_CLIENT_CERTIFICATE[signal] : otlp.OTLP_CLIENT_KEY[signal],
    );
    const missing = clientKeyFile === undefined ? 'CLIENT_KEY' : 'CLIENT_CERTIFICATE';
    const variable = set?.variable ?? otlp.OTLP_CLIENT_KEY[signal].name;
    reader.note({
      variable,
      problem: `it has no effect without ${missing}`,
      fix: `set ${variable.replace(/CLIENT_.*$/, missing)}`,
    });
  }
  return {
    ...(certificateFile === undefined ? {} : { certificateFile }),
    ...(clientKeyFile === undefined ? {} : { clientKeyFile }),
    ...(clientCertificateFile === undefined ? {} : { clientCertificateFile }),
  };
}

/**
 * Resolves all settings of one signal's OTLP exporter, so that nothing is left for the exporter to look up.
 *
 * @param isActive Whether the signal is sent at all; a mix-up is of interest only then.
 */
export function readOtlpDestination(
  reader: VariableReader,
  signal: otlp.Signal,
  isActive: boolean,
): OtlpExporterConfig {
  const explicit = readProtocol(reader, signal);
  noteMissingScheme(reader, signal, explicit?.value);
  const given = givenEndpoint(reader, signal, explicit?.value);
  const protocol = chooseProtocol(given, explicit);
  if (given !== undefined && isActive) {
    if (explicit !== undefined) {
      noteMixUp(reader, given, explicit);
    }
    notePath(reader, given, { signal, protocol });
  }
  const insecure = reader.read(otlp.OTLP_INSECURE[signal]) ?? false;
  const endpoint = resolveEndpoint(given, { signal, protocol, isInsecure: insecure });
  reader.settle(otlp.OTLP_PROTOCOL[signal], explicit, protocol);
  reader.settle(otlp.OTLP_ENDPOINT[signal], given, maskUrl(endpoint));
  return {
    type: 'otlp',
    protocol,
    endpoint,
    headers: readHeaders(reader, signal),
    timeoutMillis: reader.read(otlp.OTLP_TIMEOUT[signal]) ?? 10_000,
    compression: reader.read(otlp.OTLP_COMPRESSION[signal]) ?? 'none',
    ...readTls(reader, signal, isActive),
    insecure,
  };
}
