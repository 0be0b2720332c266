const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** What looks random must be that long in sum: `v1alpha1`, `x86_64` and `win32x64` are words. */
const MIN_RANDOM_CHARS = 12;
/** Runs of letters and of digits that make a word look random: `houdini20` has two, `h264mp` three. */
const MIN_RUNS = 4;
/** Letters alone look random where their runs are shorter than those of `readMySceneOfToday`. */
const MIN_RUN_LENGTH = 3;
const MIN_MIXED_LETTERS = 8;
/** Longer than dates with a time (20251125120000). */
const MIN_DIGITS = 16;
/** Longer than words in one. */
const MIN_LETTERS = 32;

/**
 * Whether a text has the form of a key: its words (letters and digits in a row) that look random have 12 characters or more
 * together. A word looks random when small letters, capitals and digits take turns in it three times or more, when it is
 * letters that take turns every third one or sooner, or when it is 16 digits or 32 letters long. A UUID is none: it mostly
 * is the name of something.
 */
export function looksLikeKey(text: string): boolean {
  const random = (text.match(/[A-Za-z0-9]+/g) ?? []).filter(isRandom);
  return !UUID.test(text) && random.reduce((sum, { length }) => sum + length, 0) >= MIN_RANDOM_CHARS;
}

/** The same with UUIDs, for addresses of MCP servers: many hosts take one as the key. */
export function looksLikeKeyOrUuid(text: string): boolean {
  return UUID.test(text) || looksLikeKey(text);
}

function isRandom(word: string): boolean {
  // A capital begins a run, of several in a row the last one before small letters: `MCP|Server|2`.
  const runs = (word.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? []).length;
  if (/^\d+$/.test(word)) {
    return word.length >= MIN_DIGITS;
  }
  return /\d/.test(word)
    ? runs >= MIN_RUNS
    : word.length >= MIN_LETTERS || (word.length >= MIN_MIXED_LETTERS && word.length < runs * MIN_RUN_LENGTH);
}
