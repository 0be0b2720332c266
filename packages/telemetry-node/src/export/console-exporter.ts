import { inspect } from 'node:util';
import type { ExportedPart, Exporter } from './exporter.ts';

/** Where console exporters write: standard error, since standard output may carry a protocol. */
export type WriteText = (text: string) => void;

/** How items of one signal are printed and counted. */
export interface ConsoleForm<Batch> {
  readonly toText: (batch: Batch) => string;
  readonly count: (batch: Batch) => number;
}

/** Prints each item in a form for people. */
export class ConsoleExporter<Batch> implements Exporter<Batch> {
  readonly #form: ConsoleForm<Batch>;
  readonly #write: WriteText;

  constructor(form: ConsoleForm<Batch>, write: WriteText = writeToStderr) {
    this.#form = form;
    this.#write = write;
  }

  export(batch: Batch): Promise<readonly ExportedPart[]> {
    const { toText, count } = this.#form;
    this.#write(toText(batch));
    return Promise.resolve([{ count: count(batch), outcome: { ok: true, rejected: 0 } }]);
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
