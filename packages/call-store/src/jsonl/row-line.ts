/** A row as a line of JSON; `undefined` for one that JSON can't hold. */
export function lineOf(row: object): string | undefined {
  try {
    return `${JSON.stringify(row)}\n`;
  } catch {
    return undefined;
  }
}
