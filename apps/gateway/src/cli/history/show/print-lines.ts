import { toPrintableLine } from '../../../protocol/printable-text.ts';
import type { Piece, Terminal } from '../../terminal.ts';

/** One line for people: in colour at a terminal, plain in a pipe. */
export type Line = readonly Piece[];

/** Columns of what a person reads; absent in a pipe, where nothing is cut. */
export function widthOf({ sheet }: Terminal): number | undefined {
  return sheet?.columns;
}

/** A line without colour. */
export function plain(text: string): Line {
  return [{ text }];
}

/** Writes them to stdout, each made printable. */
export function printLines(terminal: Terminal, lines: readonly Line[]): void {
  const { sheet } = terminal;
  if (sheet === undefined) {
    terminal.print(
      lines
        .map((line) =>
          line
            .map(({ text }) => toPrintableLine(text))
            .join('')
            .trimEnd(),
        )
        .join('\n'),
    );
    return;
  }
  for (const line of lines) {
    sheet.print(...line);
  }
}
