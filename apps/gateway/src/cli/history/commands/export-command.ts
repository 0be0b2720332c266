import type { Failure } from '../ask/debug-client.ts';
import { failed, type HistoryRun, noneMatch } from './history-run.ts';
import { writeOut } from './write-out.ts';

/** A list as a file, as it comes: what waits is one piece, however slow the reader is. */
export async function runExport(run: HistoryRun): Promise<number> {
  const { terminal, client, values, id } = run;
  const { format = 'jsonl', kind = format === 'har' ? 'traces' : 'calls', since, until, output } = values;
  const q = id === undefined ? values.q : await queryOf(run, id);
  if (typeof q === 'object') {
    return failed(terminal, q);
  }
  const answer = await client.bytes('export', { kind, format, q, since, until });
  if (!answer.ok) {
    return failed(terminal, answer);
  }
  const begin: Uint8Array[] = [];
  const code = await writeOut(terminal, output, keepBegin(answer.value, begin));
  if (code === 0 && WITHOUT_ROWS[format]?.test(Buffer.concat(begin).toString()) === true) {
    terminal.printError(noneMatch(kind));
  }
  return code;
}

/** What a file is that has no rows. */
const WITHOUT_ROWS: Readonly<Record<string, RegExp>> = {
  jsonl: /^$/,
  csv: /^[^\n]*\n?$/,
  har: /"entries":\[\s*\]/,
};

/** More than a file without rows has. */
const BEGIN_BYTES = 16_384;

/** Passes pieces on, and keeps those of the begin. */
async function* keepBegin(
  pieces: AsyncIterable<Uint8Array>,
  begin: Uint8Array[],
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of pieces) {
    if (bytes < BEGIN_BYTES) {
      begin.push(piece);
      bytes += piece.byteLength;
    }
    yield piece;
  }
}

/** The rows of one request, or of one trace; of an id that nothing has, what the gateway says of it: no file without rows. */
async function queryOf({ client }: HistoryRun, id: string): Promise<string | Failure> {
  const known = await client.json<{ readonly request_id: string }>(`trace-context/${encodeURIComponent(id)}`);
  if (!known.ok) {
    return known;
  }
  // A search has an id of its own, which is in no field of its trace.
  const ids = { row_id: id, request_id: known.value.request_id, trace_id: id };
  return Object.entries(ids)
    .map(([field, value]) => `${field}="${value}"`)
    .join(' OR ');
}
