// What benchmarks make of several rounds.

/** The middle one of some numbers; of an even count the higher of the two. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** As a figure of a table: with so many digits behind the point at most. */
export function rounded(value, digits = 1) {
  return Number(value.toFixed(digits));
}
