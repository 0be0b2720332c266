/** Lines of rows that wait for one file while another one may want them, too. */
const kept = new WeakMap<object, string>();

/** A row as a line of JSON, made once where it is kept; `undefined` for one that JSON can't hold. */
export function lineOf(row: object): string | undefined {
  const known = kept.get(row);
  if (known !== undefined) {
    return known;
  }
  try {
    return `${JSON.stringify(row)}\n`;
  } catch {
    return undefined;
  }
}

/** The same, kept until {@link forgetLine}: rows of a history on disk go into its lines and into its index. */
export function keepLine(row: object): string | undefined {
  const line = lineOf(row);
  if (line !== undefined) {
    kept.set(row, line);
  }
  return line;
}

/** The line of a row is not needed any more. */
export function forgetLine(row: object): void {
  kept.delete(row);
}
