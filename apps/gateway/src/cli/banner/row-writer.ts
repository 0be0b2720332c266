import type { Piece, Screen } from '../terminal.ts';
import type { ServerRow } from './server-row.ts';
import { columnsOf, padToColumns, wrapText } from './text-columns.ts';

/** A name may take so much of a row; one that is longer pushes the rest of its row away. */
const MAX_NAME_COLUMNS = 32;
/** With less room beside the name, what there is to say stands below it. */
const LEAST_ROOM = 20;
const INDENT = 4;

export interface RowOptions {
  /** The names that stand below each other. */
  readonly names: readonly string[];
  /** What stands before each name. */
  readonly mark: string;
}

/** Writes one server: its name, its state below that of the others, and what there is to say in lines that fit. */
export function writeRow(screen: Screen, { name, state, detail }: ServerRow, { names, mark }: RowOptions): void {
  const longest = Math.max(...names.map(columnsOf), 0);
  const room = Math.min(longest, MAX_NAME_COLUMNS, Math.floor(screen.columns / 3));
  const head = `${mark}${padToColumns(name, room)}  `;
  const isBeside = screen.columns - columnsOf(head) >= LEAST_ROOM;
  const indent = isBeside ? columnsOf(head) : INDENT;
  const text = detail === '' ? state.text : `${state.text} · ${detail}`;
  const [first = '', ...more] = wrapText(text, screen.columns - indent);
  const words: readonly Piece[] = [state, { text: first.slice(state.text.length) }];
  if (isBeside) {
    screen.print({ text: head }, ...words);
  } else {
    screen.print({ text: head.trimEnd() });
    screen.print({ text: ' '.repeat(indent) }, ...words);
  }
  more.forEach((line) => screen.print({ text: ' '.repeat(indent) + line }));
}
