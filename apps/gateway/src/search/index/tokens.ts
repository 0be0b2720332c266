const WORD = /[\p{L}\p{N}]+/gu;
const CASE_EDGE = /([\p{Ll}\p{N}])(\p{Lu})|(\p{Lu})(\p{Lu}\p{Ll})/gu;
const HAS_UPPER = /\p{Lu}/u;
const MAX_TOKEN = 48;

/** The words of `text`: split at everything that is no letter or digit and inside camelCase, lower case, stemmed. */
export function toTokens(text: string): string[] {
  // Most descriptions hold no inner capitals; the edge search is only for texts that can have one.
  const spaced = HAS_UPPER.test(text) ? text.replaceAll(CASE_EDGE, '$1$3 $2$4') : text;
  const words = spaced.toLowerCase().match(WORD);
  if (words === null) {
    return [];
  }
  return words.map((word) => stem(word.length > MAX_TOKEN ? word.slice(0, MAX_TOKEN) : word));
}

/**
 * Takes the commonest English endings off, so that "files" finds "file" and "rendering" finds "render". Light on
 * purpose: what it leaves need not be a word, it need only be the same for the index and the query.
 */
export function stem(word: string): string {
  const length = word.length;
  if (length > 4 && word.endsWith('ies')) {
    return `${word.slice(0, -3)}y`;
  }
  if (length > 6 && word.endsWith('ing')) {
    return undouble(word.slice(0, -3));
  }
  if (length > 4 && /(?:s|x|z|ch|sh)es$/.test(word)) {
    return word.slice(0, -2);
  }
  if (length > 3 && word.endsWith('s') && !/(?:s|u|i)s$/.test(word)) {
    return dropE(word.slice(0, -1));
  }
  if (length > 5 && word.endsWith('ed')) {
    return undouble(word.slice(0, -2));
  }
  return dropE(word);
}

/** "render", "rendering"; but "delete", "deleting" and "deleted" meet only without their "e". */
function dropE(word: string): string {
  return word.length > 4 && word.endsWith('e') && !word.endsWith('ee') ? word.slice(0, -1) : word;
}

function undouble(word: string): string {
  return /([bdgmnprt])\1$/.test(word) ? word.slice(0, -1) : word;
}

const STOP_WORDS = new Set(
  'a an and are as at be by can do for from how i in into is it its me my of on or our please so that the their them then there this to up us want was we what which with you your need some'.split(
    ' ',
  ),
);

/** True for words that say nothing about a tool. */
export function isStopWord(token: string): boolean {
  return STOP_WORDS.has(token);
}
