import type { JsonObject } from '../../../protocol/json-rpc.ts';
import type { InstanceOffer } from '../../../registry/table/instance-offer.ts';
import type { Leave } from '../../../registry/table/leave.ts';
import type {
  CircuitView,
  HostEvent,
  HostReadiness,
  HostTool,
  UpstreamLoad,
  UpstreamSettings,
  UpstreamStatus,
} from '../../../upstream/upstream.ts';

/** What a worker is told of an instance. */
export type InstanceNews =
  | { readonly type: 'put'; readonly offer: InstanceOffer }
  | { readonly type: 'withdraw'; readonly instanceId: string; readonly leave: Leave }
  | { readonly type: 'told'; readonly instanceId: string; readonly told: UpstreamNews };

/** What an upstream of the process that starts workers has told. */
export type UpstreamNews =
  | { readonly type: 'status'; readonly view: UpstreamView }
  | { readonly type: 'died'; readonly reason: string }
  | {
      readonly type: 'tools';
      readonly tools: readonly JsonObject[];
      readonly hostTools: readonly HostTool[] | undefined;
    }
  | { readonly type: 'notification'; readonly method: string; readonly params: JsonObject | undefined }
  | { readonly type: 'unloaded' }
  | { readonly type: 'stderr'; readonly line: string; readonly bytes: number | undefined }
  | { readonly type: 'host-events'; readonly events: readonly HostEvent[]; readonly missed: number };

/** How an upstream is, as others see it. */
export interface UpstreamView {
  readonly status: UpstreamStatus;
  readonly circuit: CircuitView;
  readonly load: UpstreamLoad;
  readonly sessionId: string | undefined;
  readonly pid: number | undefined;
  readonly hostReadiness: HostReadiness | undefined;
}

/**
 * Whether an instance is connected once for all workers: a child process, what takes one call at a time or is started by
 * its first use. All others are connected by each worker.
 */
export function isConnectedOnce(settings: UpstreamSettings, workers: number): boolean {
  const { transport, affinity, isLazy, concurrency } = settings;
  return transport.type === 'stdio' || affinity === 'main' || isLazy || concurrency < workers;
}

/** An instance as one of several workers has it: together they use no more of it than one process would. */
export function shareOf(settings: UpstreamSettings, workers: number): UpstreamSettings {
  const { concurrency, maxQueued } = settings;
  return {
    ...settings,
    concurrency: Math.max(1, Math.floor(concurrency / workers)),
    maxQueued: Math.floor(maxQueued / workers),
  };
}
