import { inspect } from 'node:util';
import type { ExportOutcome } from '../health/exporter-monitor.ts';
import type { Exporter } from './exporter.ts';

/** Where console exporters write: standard error, since standard output may carry a protocol. */
export type WriteText = (text: string) => void;

/** Prints each item in a form for people; `toText` says how. */
export class ConsoleExporter<Batch> implements Exporter<Batch> {
  readonly #toText: (batch: Batch) => string;
  readonly #write: WriteText;

  constructor(toText: (batch: Batch) => string, write: WriteText = writeToStderr) {
    this.#toText = toText;
    this.#write = write;
  }

  export(batch: Batch): Promise<ExportOutcome> {
    this.#write(this.#toText(batch));
    return Promise.resolve({ ok: true, rejected: 0 });
  }

  close(): void {
    // Standard error stays open: it is the process's.
  }
}

function writeToStderr(text: string): void {
  process.stderr.write(text);
}

/** One readable block per item. */
export function inspectItems(items: readonly object[]): string {
  return items.map((item) => `${inspect(item, { depth: 8, breakLength: 120 })}\n`).join('');
}
