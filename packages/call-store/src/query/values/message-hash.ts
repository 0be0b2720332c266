import { fnvHash } from './fnv-hash.ts';

/** Stands for a value that was taken out. */
const VALUE = '#';

/** Most characters of a message that are looked at. */
const MAX_CHARS = 1024;
/** So many are left of it: messages are cut at a length, so that where a long one ends depends on its values. */
const MAX_WORDS_CHARS = 120;

/** Texts in quotes, which may hold all else: also one that was cut. An apostrophe is within a word, or behind one. */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|$)|(?<!\w)'(?:[^']|'(?=\w))*'(?!\w)|`[^`]*`|“[^”]*”|‘[^’]*’|«[^»]*»/g;

/** A word without one of these holds no value. */
const MARK = /[\d/\\]/;

/** Values within a word, those first that may hold others. */
const VALUES = new RegExp(
  [
    String.raw`(?<![\w+.-])[a-z][\w+.-]*:\/\/[^<>()[\]{},;]+`,
    // Paths: from a root, of Windows, of at least three names, or one that ends with a file.
    String.raw`(?<![\w/])(?:~|\.{1,2})?\/[^<>()[\]{},;:]+`,
    String.raw`(?:\b[a-z]:|\\)[\\/][^<>()[\]{},;]*`,
    String.raw`(?<![\w./-])[\w.-]+\/(?:[\w.-]+\/)+[\w.-]*`,
    String.raw`(?<![\w./-])[\w.-]+\/[\w-]+\.[a-z]\w*`,
    // Numbers and ids: UUIDs, hexadecimal digits, and words in which digits and letters take turns.
    String.raw`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`,
    String.raw`\b0x[\da-f]+`,
    String.raw`(?<!\w)-?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?![a-z\d])`,
    String.raw`(?<![a-z\d])(?=[a-f]*\d)[\da-f]{6,}(?![a-z\d])`,
    String.raw`(?<![a-z\d])(?=[a-z\d]*(?:[a-z]\d+[a-z]|\d[a-z]+\d))[a-z\d]{8,}`,
    String.raw`\d+(?:[.,]\d+)*`,
  ].join('|'),
  'gi',
);
const LIST = /#(?:[\s,;]*#)+/g;
const SPACE = /\s+/;

/** A message without what differs from one call to the next: quoted texts, paths, addresses, ids and numbers are a `#`. */
function withoutValues(message: string): string {
  const words = message.slice(0, MAX_CHARS).replace(QUOTED, VALUE).trim().split(SPACE);
  const named = words.map((word) => (MARK.test(word) ? word.replace(VALUES, VALUE) : word)).join(' ');
  return named.replace(LIST, VALUE).slice(0, MAX_WORDS_CHARS);
}

const HEX_DIGITS = 8;

/**
 * Eight hexadecimal digits that are the same for messages of one cause: quoted values, paths, addresses, ids and numbers are
 * taken out before. It is no secret, and stays the same as long as these rules do.
 */
export function messageHash(message: string): string {
  return fnvHash(withoutValues(message)).toString(16).padStart(HEX_DIGITS, '0');
}
