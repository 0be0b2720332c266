// What changed of a tool that is held, line by line and side by side.

/** A line of what it was and of what it is; one of them is absent where a line came or went. */
export interface LinePair {
  readonly was?: string;
  readonly is?: string;
}

/** One part of a tool that changed. */
export interface Change {
  readonly name: string;
  readonly lines: readonly LinePair[];
}

/**
 * The parts of a held tool that are given as they were and as they are: `was_description` and `is_description`, or members
 * of `was` and `is`. Hashes are no text to compare.
 */
export function changesOf(held: Readonly<Record<string, unknown>>): readonly Change[] {
  const was = { ...prefixed(held, 'was_'), ...members(held['was']) };
  const is = { ...prefixed(held, 'is_'), ...members(held['is']) };
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => name !== 'hash' && textOf(was[name]) !== textOf(is[name]))
    .map((name) => ({ name, lines: pairLines(textOf(was[name]), textOf(is[name])) }));
}

function prefixed(held: Readonly<Record<string, unknown>>, prefix: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(held)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
}

/** Longer texts are compared line by line as they stand. */
const MAX_LINES = 400;

/** Lines side by side: those that are the same in both keep their order, the others stand beside each other. */
export function pairLines(was: string, is: string): readonly LinePair[] {
  const one = linesOf(was);
  const other = linesOf(is);
  const same = commonLines(one, other);
  const pairs: LinePair[] = [];
  let [from, to] = [0, 0];
  for (const [left, right] of [...same, [one.length, other.length] as const]) {
    while (from < left || to < right) {
      pairs.push({
        ...(from < left ? { was: one[from++] ?? '' } : {}),
        ...(to < right ? { is: other[to++] ?? '' } : {}),
      });
    }
    if (left < one.length && right < other.length) {
      pairs.push({ was: one[from++] ?? '', is: other[to++] ?? '' });
    }
  }
  return pairs;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n').slice(0, MAX_LINES);
}

/** Places of the longest common subsequence of lines. */
function commonLines(one: readonly string[], other: readonly string[]): readonly (readonly [number, number])[] {
  const width = other.length + 1;
  const lengths = new Uint16Array((one.length + 1) * width);
  const at = (left: number, right: number): number => lengths[left * width + right] ?? 0;
  for (let left = one.length - 1; left >= 0; left -= 1) {
    for (let right = other.length - 1; right >= 0; right -= 1) {
      lengths[left * width + right] =
        one[left] === other[right] ? at(left + 1, right + 1) + 1 : Math.max(at(left + 1, right), at(left, right + 1));
    }
  }
  const places: (readonly [number, number])[] = [];
  for (let left = 0, right = 0; left < one.length && right < other.length;) {
    if (one[left] === other[right]) {
      places.push([left++, right++]);
    } else if (at(left + 1, right) >= at(left, right + 1)) {
      left += 1;
    } else {
      right += 1;
    }
  }
  return places;
}
