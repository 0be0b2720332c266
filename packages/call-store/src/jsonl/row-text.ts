import type { Trace } from '../rows/trace-row.ts';
import type { UnmadeRow } from '../store/call-store.ts';

/** A row that is to be written. To read `row` keeps it made, so that {@link rowOf} is what asks for it. */
export interface RowToWrite<Row extends object = object> {
  readonly row: Row;
  readonly unmade?: UnmadeRow<Row>;
}

/** A row as JSON: of a trace what its list shows, and the rest of it, each an object. */
export interface RowText {
  readonly body: string;
  readonly detail?: string;
}

/** A row on its way to its files, of which each asks for the text once. */
interface WantedText {
  /** Files that have not asked yet. */
  files: number;
  text?: RowText | undefined;
}

const WANTED: unique symbol = Symbol('wanted');

/** It stands in the object that tells of the row: a map would keep what went through it until the next full collection. */
type Noting = RowToWrite & { [WANTED]?: WantedText };

/** Says that a file will ask for the text of a row: until each has let it go it is made once. */
export function wantText(written: Noting): void {
  const wanted = (written[WANTED] ??= { files: 0 });
  wanted.files += 1;
}

/** The text of a row is in a file that wanted it, or never will be. */
export function forgetText(written: Noting): void {
  const wanted = written[WANTED];
  if (wanted !== undefined) {
    wanted.files -= 1;
    wanted.text = wanted.files === 0 ? undefined : wanted.text;
  }
}

/** The row; one that nobody has looked at yet is made and not kept. */
export function rowOf<Row extends object>(written: RowToWrite<Row>): Row {
  return written.unmade === undefined ? written.row : written.unmade.make();
}

/** A row as JSON, made once for all files that want it; `undefined` for one that JSON can't hold. */
export function textOf(written: Noting): RowText | undefined {
  const wanted = written[WANTED];
  if (wanted?.text !== undefined) {
    return wanted.text;
  }
  try {
    const row: Partial<Trace> = rowOf(written);
    const text = row.spans === undefined ? { body: JSON.stringify(row) } : traceText(row);
    if (wanted !== undefined) {
      wanted.text = text;
    }
    return text;
  } catch {
    return undefined;
  }
}

function traceText(trace: Partial<Trace>): RowText {
  const { started_at: startedAt, spans, input, output, agent_context: agentContext, ...listed } = trace;
  const detail = { started_at: startedAt, spans, input, output, agent_context: agentContext };
  return { body: JSON.stringify(listed), detail: JSON.stringify(detail) };
}

/** A row as a line; `undefined` for one that JSON can't hold. */
export function lineOf(written: RowToWrite): string | undefined {
  const text = textOf(written);
  if (text === undefined) {
    return undefined;
  }
  const { body, detail } = text;
  return detail === undefined ? `${body}\n` : `${body.slice(0, -1)},${detail.slice(1)}\n`;
}
