import type { Telemetry } from '@dcc-mcp/telemetry-node';
import type { CapturePolicy } from '@dcc-mcp/workflow-spans';
import type { LookupFunction } from 'node:net';
import type { PageFiles } from '../admin/page-files.ts';
import type { SharedState } from '../cluster/shared-state.ts';
import type { SharedInstances, WorkerCount, WorkerFacts } from '../cluster/workers/worker-parts.ts';
import type { RegistryFolder } from '../config/load/registry-folder-of.ts';
import type { SettingView } from '../config/load/setting-views.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { StateFolder } from '../files/state-folder.ts';
import type { Log } from '../protocol/log.ts';
import type { CreateScrapeHandler } from '../recording/telemetry/gateway-instruments.ts';

/** How servers are found and watched. */
export interface Reaching {
  /** How often they are asked whether they are usable; default 5 s. */
  readonly probeIntervalMillis?: number;
  /** Looks up the host names of registered instances; default the resolver of the system. */
  readonly lookup?: LookupFunction;
}

/** What a gateway is made of: everything from outside comes in here. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly version: string;
  readonly capture: CapturePolicy;
  /** Effective settings with their origin, secrets masked; default: none are shown. */
  readonly settings?: readonly SettingView[];
  /** Where what outlives it is kept; absent where nothing names a folder. */
  readonly stateFolder?: StateFolder | undefined;
  /** Where dcc-mcp-core hosts say that they are there; absent where nobody looks. */
  readonly registryFolder?: RegistryFolder | undefined;
  /** What this gateway shares with others; default: nothing. */
  readonly state?: SharedState;
  /** A newer gateway was promised the port: this one is to stop. Default: nothing happens. */
  readonly onYield?: (() => void) | undefined;
  /** The page; absent where the gateway was built without it. */
  readonly page?: PageFiles | undefined;
  readonly log: Log;
  readonly reaching?: Reaching | undefined;
  /** How instances are shared with other processes of this gateway; default: there are none. */
  readonly instances?: SharedInstances | undefined;
  /** Makes what answers a scrape; default: the metrics of this process do. */
  readonly createScrapeHandler?: CreateScrapeHandler | undefined;
  /** The processes that this one has started; absent where it has none. */
  readonly workers?: WorkerFacts | undefined;
  /** Tells what is counted here to the process that tells of all; absent where this one does. */
  readonly tellCount?: ((count: WorkerCount) => void) | undefined;
  /** Tells this process from others of the gateway that share its state and tell of it; default: it is the only one. */
  readonly role?: 'worker' | undefined;
}

/** With what it shares settled. */
export type SharingParts = GatewayParts & { readonly state: SharedState };
