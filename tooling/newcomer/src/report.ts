// What became of each block, said while it happens and once more as a table.
import type { Block } from './read/blocks.ts';

export type Verdict = 'ran' | 'compared' | 'written' | 'stand-in' | 'needs' | 'skipped' | 'FAILED';

/** One thing that was done with a block. */
export interface Finding {
  readonly block: Block;
  readonly verdict: Verdict;
  readonly note: string;
}

const MAX_NOTE = 110;
const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? '';
const short = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** Collects findings; prints each as it comes, failures in full. */
export class Report {
  readonly #findings: Finding[] = [];
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(block: Block, verdict: Verdict, note: string): void {
    this.#findings.push({ block, verdict, note });
    const text = verdict === 'FAILED' ? note : short(firstLine(note), MAX_NOTE);
    this.#write(`${verdict.padEnd(8)} ${block.file}:${block.line}  ${text}`);
  }

  get failed(): number {
    return this.#findings.filter(({ verdict }) => verdict === 'FAILED').length;
  }

  table(): string {
    const rows = this.#findings.map(({ block, verdict, note }) => [
      `${block.file}:${block.line}`,
      block.kind === 'fence' ? block.language || 'text' : block.kind,
      verdict,
      short(firstLine(note), MAX_NOTE),
    ]);
    const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    return rows
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }
}
