/** @throws {RangeError} When one of these bounds is no positive integer; it is named. */
export function requirePositive(bounds: Readonly<Record<string, number>>): void {
  for (const [bound, value] of Object.entries(bounds)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${bound} must be a positive integer, got ${value}`);
    }
  }
}
