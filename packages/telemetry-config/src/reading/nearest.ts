/**
 * The number of insertions, deletions, replacements and swaps that make `to` of `from` (optimal string alignment).
 *
 * @param max More than this counts as `max + 1`.
 */
export function editDistance(from: string, to: string, max: number = Number.POSITIVE_INFINITY): number {
  if (Math.abs(from.length - to.length) > max) {
    return max + 1;
  }
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const replaced = (last[column - 1] ?? 0) + (isSame ? 0 : 1);
      let best = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return Math.min(last[to.length] ?? max + 1, max + 1);
}

/** Longest name that is compared; a longer one is nobody's misspelling. */
const MAX_COMPARED = 80;

/** The known name that `name` was most likely meant to be; `undefined` when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_COMPARED) {
    return undefined;
  }
  const max = Math.max(1, Math.min(3, Math.floor(name.length / 4)));
  let best: string | undefined;
  let bestDistance = max + 1;
  for (const candidate of known) {
    const found = editDistance(name.toLowerCase(), candidate.toLowerCase(), max);
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** Of a shorter word than that it is no sign that another one begins like it. */
const LEAST_BEGINNING = 4;

/** As {@link nearest}, of the words of a closed list: also one that only begins like what was given. */
export function nearestWord(given: string, words: readonly string[]): string | undefined {
  const begins = (word: string): boolean => nearest(given, [word.slice(0, given.length)]) !== undefined;
  return nearest(given, words) ?? (given.length < LEAST_BEGINNING ? undefined : words.find(begins));
}
