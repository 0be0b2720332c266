// Characters that a reader does not see, but a model does.

/** Control characters but for tab and the ends of lines; zero-width and bidirectional marks, soft hyphens, tags, variation selectors. */
const UNSEEN = /(?![\t\n]|\r\n)[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB]/gu;

/** A stretch of a text, and whether it stands for a character that is not seen. */
export interface Stretch {
  readonly text: string;
  readonly isUnseen: boolean;
}

/** A text in stretches; each unseen character is written as its code point: `U+200B`. */
export function stretchesOf(text: string): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let end = 0;
  for (const { 0: unseen, index } of text.matchAll(UNSEEN)) {
    if (index > end) {
      stretches.push({ text: text.slice(end, index), isUnseen: false });
    }
    stretches.push({ text: codePoint(unseen), isUnseen: true });
    end = index + unseen.length;
  }
  return end < text.length ? [...stretches, { text: text.slice(end), isUnseen: false }] : stretches;
}

/** The same as one text: `a‹U+200B›b`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (unseen) => `‹${codePoint(unseen)}›`);
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
