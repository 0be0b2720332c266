/** The first three characters of some words, by kind of character: 1 where one of them begins so. */
export type Beginnings = Uint8Array;

/** Kinds of characters, as far as a beginning tells them apart: each letter in both cases is one, all digits are another. */
const KINDS = new Uint8Array(0x21_2b);
const DIGIT = 27;
const HYPHEN = 28;
const BLANK = 29;
const MARK = 30;
/** Makes a text worth a look by itself. */
const SUSPECT = 31;
for (let letter = 1; letter <= 26; letter += 1) {
  KINDS[0x40 + letter] = letter;
  KINDS[0x60 + letter] = letter;
}
KINDS.fill(DIGIT, 0x30, 0x3a);
KINDS[0x2d] = HYPHEN;
KINDS[0x20] = BLANK;
for (const mark of ':/_') {
  KINDS[mark.charCodeAt(0)] = MARK;
}
// An e-mail address; and the two characters outside of ASCII whose lower case has a letter of ASCII (Kelvin sign, dotted I).
for (const code of [0x40, 0x21_2a, 0x1_30]) {
  KINDS[code] = SUSPECT;
}

/** @param words Of three characters at least, but for those with a suspect one: `@`. A digit stands for any digit. */
export function toBeginnings(words: readonly string[]): Beginnings {
  const beginnings = new Uint8Array(2 ** 15);
  for (const word of words) {
    const [first = 0, second = 0, third = 0] = Array.from(word.slice(0, 3), (at) => KINDS[at.charCodeAt(0)] ?? 0);
    beginnings[(first * 32 + second) * 32 + third] = 1;
  }
  for (let two = 0; two < 2 ** 10; two += 1) {
    beginnings[two * 32 + SUSPECT] = 1;
  }
  return beginnings;
}

/** Whether one of the words may stand in `text`, in any case, or a suspect character does: one look at each character. */
export function hasBeginning(text: string, beginnings: Beginnings): boolean {
  let three = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < KINDS.length ? KINDS[code] : 0;
    three = ((three << 5) | (kind ?? 0)) & (2 ** 15 - 1);
    if (beginnings[three] === 1) {
      return true;
    }
  }
  return false;
}
