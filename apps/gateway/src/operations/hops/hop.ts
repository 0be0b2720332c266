import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { HopSpan, HopStart, RetryFacts } from '@dcc-mcp/workflow-spans';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { NetworkTransport } from '../../recording/record/finished.ts';
import type { HopEnding } from '../../recording/record/operation-trail.ts';
import { rawResult } from '../../upstream/hop/answer.ts';
import type { HopFailure, HopResult, HopRetry, Upstream, UpstreamSettings } from '../../upstream/upstream.ts';
import type { OperationCore } from '../frame/core.ts';
import { type OperationError, outcomeOfError } from '../frame/operation-error.ts';
import { saysToolFailed } from './tool-failure.ts';

/** Where a hop goes. */
export interface HopPlace {
  readonly core: Pick<OperationCore, 'showsWholeScene'>;
  readonly upstream: Upstream;
}

/** What the hop span says of where it goes. */
export function hopTarget({ core, upstream }: HopPlace, method: string, target: string | undefined): HopStart {
  const { settings, status } = upstream;
  const scene = core.showsWholeScene ? status.scene : status.scene && baseName(status.scene);
  return {
    method,
    dccType: settings.dccType,
    instanceId: settings.instanceId,
    affinity: settings.affinity,
    networkTransport: transportOf(settings),
    ...serverOf(settings),
    ...(target === undefined ? {} : { target }),
    ...(scene === undefined ? {} : { scene }),
    ...(status.protocolVersion === undefined ? {} : { protocolVersion: status.protocolVersion }),
  };
}

/** What a call of a tool was told before, and by which facts. */
interface KnownTarget extends Pick<Upstream['status'], 'protocolVersion' | 'scene'> {
  readonly settings: UpstreamSettings;
  readonly target: HopStart;
}

const targets = new WeakMap<ToolRecord, KnownTarget>();

/** The same for a call of a tool: one object for as long as its upstream stays the same. */
export function callTarget(place: HopPlace, record: ToolRecord): HopStart {
  const { settings, status } = place.upstream;
  const { protocolVersion, scene } = status;
  const known = targets.get(record);
  if (known?.settings === settings && known.protocolVersion === protocolVersion && known.scene === scene) {
    return known.target;
  }
  const affinity = record.affinity ?? settings.affinity;
  const target = Object.freeze({
    ...hopTarget(place, 'tools/call', record.backendTool),
    affinity,
    toolSlug: record.label,
  });
  targets.set(record, { settings, target, ...(protocolVersion && { protocolVersion }), ...(scene && { scene }) });
  return target;
}

/** A path of any platform without its folders, which name people and projects. */
function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** How an upstream is reached. */
export function transportOf({ transport }: UpstreamSettings): NetworkTransport {
  return transport.type === 'stdio' ? 'pipe' : 'tcp';
}

/** An hour: what takes longer is a job. */
const MAX_TIMEOUT_MILLIS = 60 * 60_000;

/** How long a request to an upstream may take that reports progress, in milliseconds. */
export function longestTime({ settings }: Upstream): number {
  return settings.maxTimeoutMillis ?? MAX_TIMEOUT_MILLIS;
}

interface ServerPlace {
  readonly serverAddress?: string;
  readonly serverPort?: number;
}

const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const places = new WeakMap<UpstreamSettings, ServerPlace>();

/** Host and port of an upstream over HTTP, and nothing else of its URL. */
function serverOf(settings: UpstreamSettings): ServerPlace {
  let place = places.get(settings);
  if (place === undefined) {
    place = settings.transport.type === 'http' ? placeOf(settings.transport.url) : {};
    places.set(settings, place);
  }
  return place;
}

function placeOf(text: string): ServerPlace {
  const { hostname, port, protocol } = new URL(text);
  const fallback = protocol === 'https:' ? HTTPS_PORT : HTTP_PORT;
  return { serverAddress: hostname, serverPort: port === '' ? fallback : Number(port) };
}

/** What a hop span says of a further try. */
export function retryOf({ attempt, delayMillis, failure }: HopRetry): RetryFacts {
  return { attempt, delayMillis, reason: outcomeOfError(failure) };
}

/** A failed hop in the words of operations. */
export function errorOfFailure(failure: HopFailure): OperationError {
  const { kind, message, rpcError, httpStatus, retryAfterSeconds } = failure;
  const backend = {
    ...(rpcError === undefined ? {} : { code: rpcError.code, message: rpcError.message }),
    ...(httpStatus === undefined ? {} : { http_status: httpStatus }),
  };
  return {
    kind,
    message,
    ...(Object.keys(backend).length === 0 ? {} : { backend }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/**
 * Ends the span of one exchange with an upstream; a tool that says it failed ends it as an error.
 *
 * @param ownJobId The job of the gateway that the call is; absent where it is none.
 */
export function endHop(span: HopSpan | undefined, hop: HopResult, ownJobId?: string): HopEnding {
  const jobId = ownJobId ?? hop.jobId ?? toldJobId(hop);
  if (jobId !== undefined) {
    span?.setJobId(jobId);
  }
  const code = hop.ok ? undefined : hop.failure.rpcError?.code;
  const outcome = outcomeOfHop(hop);
  span?.end(code === undefined ? { outcome } : { outcome, rpcErrorCode: code });
  return { outcome, jobId };
}

function outcomeOfHop(hop: HopResult): Outcome {
  if (!hop.ok) {
    return outcomeOfError(errorOfFailure(hop.failure));
  }
  return saysToolFailed(rawResult(hop)) ? 'tool_error' : 'ok';
}

/** The job that an answer says the call was, where it was none that the gateway had to wait for. */
function toldJobId(hop: HopResult): string | undefined {
  const id = hop.ok ? hop.raw?.get('_meta')?.get('dcc')?.get('jobId')?.value : undefined;
  return typeof id === 'string' ? id : undefined;
}
