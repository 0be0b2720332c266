/**
 * Gives the number back.
 *
 * @throws {RangeError} When it is no number, or less than `min`.
 */
export function requireAtLeast(min: number, name: string, value: number): number {
  if (!(value >= min)) {
    throw new RangeError(`${name} must be a number of at least ${min}, got ${value}.`);
  }
  return value;
}
