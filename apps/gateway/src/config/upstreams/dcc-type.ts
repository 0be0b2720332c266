/** The DCC type of a text: lower-case, runs of other characters as `_`. */
export function toDccType(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '_');
}
