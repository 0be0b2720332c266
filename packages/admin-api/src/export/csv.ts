/** Members of a row by their paths, `error.kind`; each is a column. */
export type Columns = readonly string[];

/** The first line. */
export function csvHeader(columns: Columns): string {
  return csvLine(columns);
}

/** One row (RFC 4180); what is absent is empty, what is no text or number is JSON. */
export function csvRow(row: object, columns: Columns): string {
  return csvLine(columns.map((path) => textOf(memberOf(row, path))));
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function memberOf(row: object, path: string): unknown {
  let value: unknown = row;
  for (const name of path.split('.')) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  }
  return value;
}

function textOf(value: unknown): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** A table program would compute what begins with one of these; it skips white space before them. */
const FORMULA = /^[\t\r\n ]*[=+\-@]|^[\t\r]/;

function toCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
