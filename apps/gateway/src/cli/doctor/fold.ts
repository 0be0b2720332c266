import { columnsOf } from '../banner/text-columns.ts';

/** Two columns are the indent of a section. */
const COLUMNS = 78;

/** What stands before a text: in its first line, and in those that go on. */
export interface Indents {
  readonly first: string;
  readonly rest: string;
}

/** A text as lines that fit, broken at blanks only: paths and URLs stay whole, so that they can be copied. */
export function fold(text: string, { first, rest }: Indents): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && columnsOf(line) + 1 + columnsOf(word) > COLUMNS) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
