/** Bound of one line on the terminal in UTF-16 units: about fifty rows of a wide window; what is longer hides what came before. */
export const MAX_LINE_LENGTH = 4_096;

/**
 * Whole sequences that steer a terminal, in 7 and in 8 bits: CSI (colour, cursor), OSC, DCS, SOS, PM and APC (titles,
 * links, clipboard), and the short escapes (ECMA-48, 5.4 and 5.6).
 */
const STEERING =
  // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-Z\\`-~]/g;
/** Control and format characters (bidirectional and of no width among them), separators of lines, halves of pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const UNPRINTABLE_BUT_LAYOUT = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', ' '],
]);

/**
 * Text from anywhere as one line that a terminal shows as it is: sequences that steer a terminal are taken out, other
 * control characters, line breaks and characters that reorder or hide text stand as `\n` or `\u202e`. Idempotent.
 *
 * @param maxLength Bound of the line in UTF-16 units; the end of a line that is cut says so. At least 64.
 */
export function toPrintableLine(text: string, maxLength: number = MAX_LINE_LENGTH): string {
  // Cut before as well, so that the work does not depend on who wrote the text.
  const line = text
    .slice(0, maxLength + 1)
    .replaceAll(STEERING, '')
    .replaceAll(UNPRINTABLE, (character) => SHORT_ESCAPES.get(character) ?? toEscape(character));
  return line.length > maxLength || text.length > maxLength + 1 ? cut(line, text.length, maxLength) : line;
}

/** Without sequences that steer a terminal and control characters; line breaks and tabs are blanks. */
export function withoutControls(text: string): string {
  return text
    .replaceAll(STEERING, '')
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '');
}

/**
 * What a program wrote, as one line that is kept as data: as {@link toPrintableLine}, but what can't be shown is taken out
 * and not spelled out, and line breaks are blanks.
 *
 * @param maxLength Bound of the line in UTF-16 units. At least 64.
 */
export function toPlainLine(text: string, maxLength: number): string {
  const line = withoutControls(text.slice(0, maxLength + 1)).replaceAll(UNPRINTABLE, '');
  return line.length > maxLength || text.length > maxLength + 1 ? cut(line, text.length, maxLength) : line;
}

/**
 * Text of several lines that are our own, JSON or words: line breaks and tabs stay, every other character that a
 * terminal would obey stands as `\u202e`, which means the same inside of a JSON string. Idempotent.
 */
export function toPrintableText(text: string): string {
  return text.replaceAll(UNPRINTABLE_BUT_LAYOUT, toEscape);
}

/** A copy of plain data in which every text is a printable line. */
export function toPrintableValue<T>(value: T): T {
  const copy = structuredClone(value);
  makePrintable(copy);
  return copy;
}

function makePrintable(node: unknown): void {
  if (typeof node !== 'object' || node === null) {
    return;
  }
  for (const [name, member] of Object.entries(node)) {
    if (typeof member === 'string') {
      Reflect.set(node, name, toPrintableLine(member));
    } else {
      makePrintable(member);
    }
  }
}

function toEscape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

function cut(line: string, length: number, maxLength: number): string {
  const note = `… (${length} characters)`;
  // Half of a pair is no character.
  const head = line.slice(0, maxLength - note.length).replace(/[\uD800-\uDBFF]$/, '');
  return head + note;
}

/**
 * A number of things in words: `1 call`, `2 calls`.
 *
 * @param noun One of them.
 * @param nouns Several; default `noun` with an s.
 */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
