import { toDccType } from '../../config/upstreams/dcc-type.ts';
import { asObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { toListenAddress } from '../table/listen-address.ts';

/** One row of dcc-mcp-core's `services.json`, as far as a gateway needs it. */
export interface ServiceRow {
  readonly dccType: string;
  /** A UUID in lower case. */
  readonly instanceId: string;
  readonly mcpUrl: string;
  /** Those of {@link mcpUrl}; the host without brackets. */
  readonly host: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** Path of the scene that the application has open. */
  readonly scene: string | undefined;
  /** Of the host application. */
  readonly version: string | undefined;
  readonly adapterVersion: string | undefined;
  readonly displayName: string | undefined;
  /** Epoch milliseconds. */
  readonly heartbeatAt: number;
  /** `available`, `busy`, …; as the row says it. */
  readonly status: string;
  /** A gateway of dcc-mcp-core, not an instance. */
  readonly isSentinel: boolean;
}

/** A row that is no row, with what could be read of it. */
export interface BadRow {
  readonly reason: string;
  readonly dccType?: string;
  readonly instanceId?: string;
}

export type ParsedRow = { readonly ok: true; readonly row: ServiceRow } | { readonly ok: false; readonly bad: BadRow };

/** The `dcc_type` of a row that stands for a gateway. */
const SENTINEL = '__gateway__';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_DCC_TYPE_LENGTH = 64;
const MAX_HOST_LENGTH = 253;
const MAX_URL_LENGTH = 2_048;
const MAX_SCENE_LENGTH = 1_024;
const MAX_NAME_LENGTH = 256;
const MAX_PID = 0x7fff_ffff;
/** A number of seconds since 1970 that is larger is one of milliseconds. */
const MAX_SECONDS = 1e11;

/** Reads one row. Members that nobody needs may be anything. */
export function parseServiceRow(value: unknown): ParsedRow {
  const object = asObject(value);
  if (object === undefined) {
    return { ok: false, bad: { reason: 'bad row: it is no object' } };
  }
  const dccType = textOf(object, 'dcc_type', MAX_DCC_TYPE_LENGTH);
  const instanceId = textOf(object, 'instance_id', MAX_NAME_LENGTH);
  const bad = (what: string): ParsedRow => toBad(what, dccType, instanceId);
  if (dccType === undefined) {
    return bad(`dcc_type is no text of 1 to ${MAX_DCC_TYPE_LENGTH} characters`);
  }
  if (instanceId === undefined || !UUID.test(instanceId)) {
    return bad('instance_id is no UUID');
  }
  const place = placeOf(object);
  if (typeof place === 'string') {
    return bad(place);
  }
  const heartbeatAt = toMillis(object['last_heartbeat']) ?? toMillis(object['registered_at']);
  if (heartbeatAt === undefined) {
    return bad('last_heartbeat is no time');
  }
  return { ok: true, row: toRow(object, { dccType, instanceId, place, heartbeatAt }) };
}

function toBad(what: string, dccType: string | undefined, instanceId: string | undefined): ParsedRow {
  const reason = `bad row: ${what}`;
  return {
    ok: false,
    bad: {
      reason,
      ...(dccType === undefined ? {} : { dccType }),
      ...(instanceId === undefined ? {} : { instanceId }),
    },
  };
}

interface Needed {
  readonly dccType: string;
  readonly instanceId: string;
  readonly place: Place;
  readonly heartbeatAt: number;
}

function toRow(object: JsonObject, { dccType, instanceId, place, heartbeatAt }: Needed): ServiceRow {
  const { pid } = object;
  const { mcpUrl, host, port } = place;
  return {
    dccType: toDccType(dccType),
    instanceId: instanceId.toLowerCase(),
    mcpUrl,
    host,
    port,
    pid: isPid(pid) ? pid : undefined,
    scene: textOf(object, 'scene', Infinity)?.slice(0, MAX_SCENE_LENGTH),
    version: textOf(object, 'version', MAX_NAME_LENGTH),
    adapterVersion: textOf(object, 'adapter_version', MAX_NAME_LENGTH),
    displayName: textOf(object, 'display_name', MAX_NAME_LENGTH),
    heartbeatAt,
    status: textOf(object, 'status', MAX_NAME_LENGTH)?.toLowerCase() ?? 'available',
    isSentinel: dccType === SENTINEL,
  };
}

type Place = Pick<ServiceRow, 'mcpUrl' | 'host' | 'port'>;

/** Where its MCP endpoint is, or what is wrong with the row. */
function placeOf(object: JsonObject): Place | string {
  const told = textOf(asObject(object['metadata']) ?? {}, 'mcp_url', MAX_URL_LENGTH);
  if (told !== undefined) {
    const url = URL.parse(told);
    const isUsable = url?.protocol === 'http:' || url?.protocol === 'https:';
    return url !== null && isUsable ? toPlace(url) : 'metadata.mcp_url is no http or https URL';
  }
  const { port } = object;
  const given = textOf(object, 'host', MAX_HOST_LENGTH);
  if (given === undefined) {
    return 'host is no text';
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return port === 0 ? 'port is 0: it does not listen yet' : 'port is no number from 1 to 65535';
  }
  const host = ANYWHERE.has(given) ? '127.0.0.1' : given;
  if (PLAIN_HOST.test(host)) {
    return { mcpUrl: `http://${host}:${port}/mcp`, host, port };
  }
  const url = URL.parse(`http://${host.includes(':') ? `[${host}]` : host}:${port}/mcp`);
  return url === null || url.pathname !== '/mcp' || url.username !== '' ? 'host is no name or address' : toPlace(url);
}

/** User and password would be credentials that nobody gave for it. */
function toPlace(url: URL): Place {
  url.username = '';
  url.password = '';
  return { mcpUrl: url.href, ...toListenAddress(url) };
}

/** What stands in a URL as it is: nearly every row has it, and a file may have thousands. */
const PLAIN_HOST = /^(?:127\.0\.0\.1|localhost)$/;

/** Addresses to listen on, which nobody connects to. */
const ANYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]', '*']);

/** A number of seconds, or `{secs_since_epoch, nanos_since_epoch}` as Rust writes a time. */
function toMillis(value: unknown): number | undefined {
  const { secs_since_epoch: whole, nanos_since_epoch: nanos = 0 } = asObject(value) ?? {};
  const seconds = typeof value === 'number' ? value : whole;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) {
    return undefined;
  }
  return seconds > MAX_SECONDS ? seconds : seconds * 1000 + (typeof nanos === 'number' ? nanos / 1e6 : 0);
}

function isPid(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_PID;
}

function textOf(object: JsonObject, key: string, maxLength: number): string | undefined {
  const value = object[key];
  return typeof value === 'string' && value !== '' && value.length <= maxLength ? value : undefined;
}
