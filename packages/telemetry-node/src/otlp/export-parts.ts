import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExportedPart } from '../export/exporter.ts';
import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import type { ExportOutcome } from '../health/exporter-monitor.ts';

/** Requests of one batch that a collector may find too large: to find one record among 512 takes 9. */
const MAX_REFUSED_REQUESTS = 32;

/** Why a record is dropped alone. */
export const UNENCODABLE: ExportFailure = createFailure('unencodable', 'a record holds what no encoding can carry');

/** How a batch is taken apart, so that one record can't cost the others. */
export interface BatchParts<Batch> {
  readonly count: (batch: Batch) => number;
  /** The batch without the records that `isKept` refuses, each of which it sees in a batch of its own. */
  readonly filter: (batch: Batch, isKept: (single: Batch) => boolean) => Batch;
  /** Absent for a batch that is not split. */
  readonly halves: (batch: Batch) => readonly [Batch, Batch] | undefined;
}

/** Parts of a list of spans or of log records. */
export function listParts<Item>(): BatchParts<readonly Item[]> {
  return {
    count: (items) => items.length,
    filter: (items, isKept) => items.filter((item) => isKept([item])),
    halves: (items) => {
      const middle = items.length >>> 1;
      return middle === 0 ? undefined : [items.slice(0, middle), items.slice(middle)];
    },
  };
}

/** Parts of one collection of metrics: it is sent whole. */
export const METRIC_PARTS: BatchParts<ResourceMetrics> = {
  count: (metrics) => {
    let count = 0;
    for (const scope of metrics.scopeMetrics) {
      for (const metric of scope.metrics) {
        count += metric.dataPoints.length;
      }
    }
    return count;
  },
  filter: ({ resource, scopeMetrics }, isKept) => ({
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.filter((metric) => isKept({ resource, scopeMetrics: [{ scope, metrics: [metric] }] })),
    })),
  }),
  halves: () => undefined,
};

/** How one batch leaves. */
export interface PartExport<Batch> {
  readonly parts: BatchParts<Batch>;
  /** Whether a batch can be encoded; never throws. */
  readonly isEncodable: (batch: Batch) => boolean;
  /** One request with its retries; `unencodable` and `too_large` lead to smaller ones. */
  readonly send: (batch: Batch) => Promise<ExportOutcome>;
}

/**
 * Sends a batch. When it can't be encoded, it leaves without the records that are the reason; when it is too large, in
 * halves.
 */
export async function exportInParts<Batch>(
  batch: Batch,
  { parts, isEncodable, send }: PartExport<Batch>,
): Promise<ExportedPart[]> {
  let refusedRequests = 0;
  const exportPart = async (part: Batch): Promise<ExportedPart[]> => {
    const count = parts.count(part);
    const outcome = await send(part);
    const cause = outcome.ok ? undefined : outcome.failure.cause;
    if (cause === 'unencodable') {
      return exportRest(part, count);
    }
    if (outcome.ok || cause !== 'too_large') {
      return [{ count, outcome }];
    }
    // What never left costs no request: our own bound is met by as many halves as it takes.
    refusedRequests += outcome.isUnsent === true ? 0 : 1;
    const halves = refusedRequests < MAX_REFUSED_REQUESTS ? parts.halves(part) : undefined;
    if (halves === undefined) {
      return [{ count, outcome }];
    }
    const first = await exportPart(halves[0]);
    return [...first, ...(await exportPart(halves[1]))];
  };
  const exportRest = async (part: Batch, count: number): Promise<ExportedPart[]> => {
    const rest = parts.filter(part, isEncodable);
    const restCount = parts.count(rest);
    const lost: ExportedPart = { count: count - restCount, outcome: { ok: false, failure: UNENCODABLE } };
    if (restCount === 0) {
      return [lost];
    }
    if (restCount < count) {
      return [lost, ...(await exportPart(rest))];
    }
    // Each by itself can be encoded, all together can't.
    const halves = parts.halves(part);
    return halves === undefined
      ? [{ count, outcome: { ok: false, failure: UNENCODABLE } }]
      : [...(await exportPart(halves[0])), ...(await exportPart(halves[1]))];
  };
  return exportPart(batch);
}
