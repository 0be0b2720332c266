import type { ExportFailure } from './export-cause.ts';
import type { ExportOutcome } from './exporter-monitor.ts';
import type { Exporter } from './exporter.ts';

/** Stands in for an exporter that could not be built: every batch is counted as failed. */
export class FailedExporter implements Exporter<unknown> {
  readonly #failure: ExportFailure;

  constructor(failure: ExportFailure) {
    this.#failure = failure;
  }

  export(): Promise<ExportOutcome> {
    return Promise.resolve({ ok: false, failure: this.#failure });
  }

  close(): void {
    // Nothing was opened.
  }
}
