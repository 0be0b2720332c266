/** Characters that take two columns (UAX #11, wide and full width, as far as names are written in them), and those that take none. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const NO_WIDTH = /\p{M}/u;
/** At less there is no room beside an indent. */
const LEAST_COLUMNS = 16;

/** Columns that a printable text takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    columns += columnsOfCharacter(character);
  }
  return columns;
}

/** `text` with blanks behind it, so that it takes `columns`; a longer one stays as it is. */
export function padToColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Text as lines of at most `columns` (never fewer than 16), broken at blanks, and inside of a word that has no room. */
export function wrapText(text: string, columns: number): readonly string[] {
  const room = Math.max(columns, LEAST_COLUMNS);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, room))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) <= room) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A word in pieces that each have room. */
function pieces(word: string, room: number): readonly string[] {
  const found: string[] = [];
  let piece = '';
  let columns = 0;
  for (const character of word) {
    const more = columnsOfCharacter(character);
    if (columns + more > room) {
      found.push(piece);
      piece = '';
      columns = 0;
    }
    piece += character;
    columns += more;
  }
  return [...found, piece];
}

function columnsOfCharacter(character: string): number {
  if (NO_WIDTH.test(character)) {
    return 0;
  }
  return WIDE.test(character) ? 2 : 1;
}
