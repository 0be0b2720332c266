import type { ExportFailure } from '../health/export-failure.ts';
import type { ExportOutcome } from '../health/exporter-monitor.ts';
import type { UnsentRequest } from '../transport/transport.ts';

/** What became of a part of a batch. */
export interface ExportedPart {
  readonly count: number;
  readonly outcome: ExportOutcome;
}

/** Sends batches of one signal somewhere; never throws. */
export interface Exporter<Batch> {
  /**
   * @param timeoutMillis Bound set by the queue, beside the exporter's own; 0 means none.
   * @returns What became of each part; together they are the batch.
   */
  export(batch: Batch, timeoutMillis: number): Promise<readonly ExportedPart[]>;
  /** What may stand in place of records that wait for their batch: as many, but encoded, so that less is kept of them. */
  ahead?(waiting: Batch): Batch;
  /** Encodes a batch without sending it; `undefined` when that cannot be done or nobody would listen. */
  prepare?(batch: Batch): UnsentRequest | undefined;
  close(): void;
}

/** Tells everything that waits for a collector that the instance is ending. */
export interface ShutdownSignals {
  /** Shutdown has begun: a retry is made at once, and an absent collector is not waited for. */
  readonly closing: AbortSignal;
  /** The deadline of shutdown has passed: whatever is under way is given up. */
  readonly aborted: AbortSignal;
}

/** The smaller of two bounds of which 0 means none. */
export function tighterTimeout(first: number, second: number): number {
  if (first === 0) {
    return second;
  }
  return second === 0 ? first : Math.min(first, second);
}

/** Stands in for an exporter that could not be built: every batch is counted as failed. */
export class FailedExporter<Batch> implements Exporter<Batch> {
  readonly #failure: ExportFailure;
  readonly #count: (batch: Batch) => number;

  constructor(failure: ExportFailure, count: (batch: Batch) => number) {
    this.#failure = failure;
    this.#count = count;
  }

  export(batch: Batch): Promise<readonly ExportedPart[]> {
    return Promise.resolve([{ count: this.#count(batch), outcome: { ok: false, failure: this.#failure } }]);
  }

  close(): void {
    // Nothing was opened.
  }
}
