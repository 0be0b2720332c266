import type { SettingView } from '../../../config/load/setting-views.ts';
import type { GatewayConfig } from '../../../config/reader/gateway-config.ts';
import type { ListenerBounds } from '../../../http/open-listeners.ts';
import type { InstanceNews } from '../upstreams/shared-instances.ts';

/** What a worker is told when it starts, before it does anything. */
export interface WorkerStart {
  readonly config: GatewayConfig;
  readonly settings: readonly SettingView[];
  /** How many workers there are. */
  readonly workers: number;
  /** What it is called among gateways. */
  readonly address: string;
  /** Where the processes of this gateway meet. */
  readonly meetingPlace: string;
  readonly stateDirectory: string | undefined;
  readonly bounds: ListenerBounds;
  readonly instances: readonly InstanceNews[];
  /** Whether every trace is written down or shared, however many there are. */
  readonly keepsAllTraces: boolean;
  /** Whether it takes its place when the servers were tried: others serve already. */
  readonly waitsForServers: boolean;
}

/** How busy a worker is. */
export interface WorkerLoad {
  /** Requests that it works on. */
  readonly underway: number;
  /** Open streams. */
  readonly streams: number;
}

/** How much was under way when a worker was told to end. */
export interface WorkerEnd {
  readonly finished: number;
  readonly unfinished: number;
}

/** The configuration as a worker is to have it: what there is one of belongs to the process that starts it. */
export function configOfWorker(config: GatewayConfig): GatewayConfig {
  const { dir: _, ...audit } = config.audit;
  return { ...config, mcpServers: [], audit, trafficCapture: { mode: 'off' } };
}
