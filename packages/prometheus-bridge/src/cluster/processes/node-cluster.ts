import type { MetricSource } from '../../scrape/scrape.ts';
import type { ScrapeHandler } from '../../scrape/scrape.ts';
import { channelOf, type Listener, type MessageEnd } from '../wire/channel.ts';
import { createMetricsPrimary, type MetricsPrimaryOptions } from './metrics-primary.ts';
import { createMetricsWorker, type MetricsWorkerOptions } from './metrics-worker.ts';

/** What is used of `node:cluster`. */
export interface NodeCluster {
  readonly isPrimary: boolean;
  readonly worker?: MessageEnd | undefined;
  readonly workers?: Readonly<Record<string, ForkedWorker | undefined>> | undefined;
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

interface ForkedWorker extends MessageEnd {
  readonly exitedAfterDisconnect?: boolean | undefined;
}

/** Options of {@link createClusterMetrics}: each process takes those that concern it. */
export interface ClusterMetricsOptions extends MetricsPrimaryOptions, Pick<MetricsWorkerOptions, 'pushMillis'> {
  /** Metrics of this process. A worker has some; the primary may have none. */
  readonly source?: MetricSource;
}

/** Answers scrapes with the metrics of all processes, in whichever process it is asked. */
export interface ClusterMetrics extends ScrapeHandler {
  /** Tells what was counted since the last time, before this process ends. Never throws. */
  close(): Promise<void>;
}

/**
 * Metrics of all processes of `node:cluster` in one scrape. To be called in the primary, before or after it forks, and
 * in every worker; a process without workers answers with its own.
 *
 * @param cluster The module: `import cluster from 'node:cluster'`.
 * @throws {TypeError} In a worker without `source`.
 */
export function createClusterMetrics(cluster: NodeCluster, options: ClusterMetricsOptions = {}): ClusterMetrics {
  return cluster.isPrimary ? inPrimary(cluster, options) : inWorker(cluster, options);
}

function inWorker({ worker }: NodeCluster, options: ClusterMetricsOptions): ClusterMetrics {
  const { source } = options;
  if (worker === undefined || source === undefined) {
    throw new TypeError('A worker needs a source: the reader of its MeterProvider.');
  }
  return createMetricsWorker(source, channelOf(worker), options);
}

function inPrimary(cluster: NodeCluster, options: ClusterMetricsOptions): ClusterMetrics {
  const primary = createMetricsPrimary(options);
  const connect = (worker: ForkedWorker): void => {
    const channel = channelOf(worker);
    const link = primary.connect({ ...channel, onExit: () => {} });
    // Before `exit` of the cluster, in which others fork anew. Only now is it known whether it was told to end.
    channel.onExit?.(() => link.exited({ died: worker.exitedAfterDisconnect !== true }));
  };
  for (const worker of Object.values(cluster.workers ?? {})) {
    if (worker !== undefined) {
      connect(worker);
    }
  }
  cluster.on('fork', connect);
  return {
    scrape: (request) => primary.scrape(request),
    async close() {
      cluster.off('fork', connect);
      primary.close();
    },
  };
}
