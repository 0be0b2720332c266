/**
 * The limit as the SDK's functions take it. They hold 0 for a mistake and then cut nothing, but unset and zero are
 * different things: half a character cuts every text to none.
 */
export function toValueLengthLimit(maxLength: number): number {
  return maxLength === 0 ? 0.5 : maxLength;
}
