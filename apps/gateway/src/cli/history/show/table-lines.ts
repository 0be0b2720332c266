import { toPrintableLine } from '../../../protocol/printable-text.ts';
import { columnsOf, padToColumns } from '../../banner/text-columns.ts';
import type { Piece } from '../../terminal.ts';
import type { Line } from './print-lines.ts';

/** A value of a table. */
export type Cell = string | Piece;

/** A small table: names on the left, numbers on the right. */
export interface Table {
  /** The first is of names, the others of numbers and words that are never cut. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const GAP = 2;
/** At less a name says nothing. */
const LEAST_NAME = 16;

/** Lines of a table of at most `width` columns, names cut in their middle; without a width names are whole. */
export function tableLines({ head, rows }: Table, width: number | undefined): readonly Line[] {
  const table = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)));
  const widths = head.map((title, index) =>
    Math.max(columnsOf(title), ...table.map((row) => columnsOf(toPrintableLine(row[index]?.text ?? '')))),
  );
  const [widest = 0, ...others] = widths;
  const left = (width ?? Number.POSITIVE_INFINITY) - others.reduce((sum, each) => sum + each + GAP, 0);
  const room = Math.max(LEAST_NAME, Math.min(widest, left));
  const toLine = (cells: readonly Piece[]): Line =>
    cells.map((cell, index) => ({
      ...cell,
      text: index === 0 ? named(cell.text, room) : padded(cell.text, widths[index]),
    }));
  return [toLine(head.map((text) => ({ text, tone: 'quiet' }))), ...table.map(toLine)];
}

function named(text: string, room: number): string {
  return padToColumns(cutInside(toPrintableLine(text), room), room);
}

function padded(text: string, columns = 0): string {
  return ' '.repeat(GAP + Math.max(0, columns - columnsOf(text))) + text;
}

/** The begin and the end of a name: both say something, `maya.39…export_fbx`. */
export function cutInside(text: string, room: number): string {
  if (columnsOf(text) <= room) {
    return text;
  }
  const characters = Array.from(text);
  // Wide characters take two columns, so that as many of them have no room.
  for (let kept = Math.min(room - 1, characters.length - 1); kept > 1; kept -= 1) {
    const end = Math.ceil(kept / 2);
    const cut = `${characters.slice(0, kept - end).join('')}…${characters.slice(-end).join('')}`;
    if (columnsOf(cut) <= room) {
      return cut;
    }
  }
  return '…';
}
