import type { ServerShare } from '../../admin/worker-shares.ts';
import type { Log } from '../../protocol/log.ts';
import type { CreateScrapeHandler } from '../../recording/telemetry/gateway-instruments.ts';
import type { InstanceTableOptions } from '../../registry/table/instance-table.ts';
import type { SharedState } from '../shared-state.ts';

/** What a worker counts for the process that tells of all. */
export type WorkerCount =
  | { readonly of: 'listed'; readonly bytes: number }
  | { readonly of: 'throttled' }
  | { readonly of: 'loop' };

/** What the process that starts others knows of them. */
export interface WorkerFacts {
  /** Places by the state of their worker. */
  states(): Readonly<Record<'ready' | 'starting' | 'dead', number>>;
  /** Sessions of all of them. */
  sessions(): number;
  /** Open streams of all of them. */
  streams(): number;
  /** What they do at servers that they have connections of their own to. Never rejects. */
  shares(): Promise<readonly ServerShare[]>;
  /** @param listener Told of each thing that one of them has counted. */
  onCount(listener: (count: WorkerCount) => void): void;
}

/** What the table of instances does for other processes, or with those of another one. */
export type SharedInstances = Pick<InstanceTableOptions, 'createUpstream' | 'onInstance' | 'evicts'> & {
  /** What is not told here is told there. */
  readonly log?: Log;
};

/** What a gateway that starts workers is made with. */
export interface WorkerParts {
  readonly state: SharedState;
  readonly instances: SharedInstances;
  readonly workers: WorkerFacts;
  readonly createScrapeHandler: CreateScrapeHandler;
}
