const LETTERS = 26;
const DIGITS = 10;
const MARKS = '-_.:/ ';
const OTHER = LETTERS + DIGITS + MARKS.length;
const BEYOND_ASCII = OTHER + 1;
const ASCII = 128;
/** Bits of one whole number of JavaScript's bitwise operators that are free of a sign. */
const HALF_BITS = 30;

/** The class of each character of ASCII in lower case. */
const CLASSES = Uint8Array.from({ length: ASCII }, (_, code) => classOf(String.fromCharCode(code)));

function classOf(char: string): number {
  if (/[a-z]/.test(char)) {
    return char.charCodeAt(0) - 'a'.charCodeAt(0);
  }
  if (/[0-9]/.test(char)) {
    return LETTERS + Number(char);
  }
  const mark = MARKS.indexOf(char);
  return mark === -1 ? OTHER : LETTERS + DIGITS + mark;
}

/**
 * Which characters a text in lower case is made of, as one whole number: what has others than a column can't be found in it,
 * so that ids need not be read to look for a name.
 */
export function classesOf(text: string): number {
  let low = 0;
  let high = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const bit = code < ASCII ? (CLASSES[code] ?? OTHER) : BEYOND_ASCII;
    if (bit < HALF_BITS) {
      low |= 1 << bit;
    } else {
      high |= 1 << (bit - HALF_BITS);
    }
  }
  return high * 2 ** HALF_BITS + low;
}
