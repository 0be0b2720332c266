import { failed, type HistoryRun } from './history-run.ts';
import { writeOut } from './write-out.ts';

/** A list as a file, as it comes: what waits is one piece, however slow the reader is. */
export async function runExport(run: HistoryRun): Promise<number> {
  const { terminal, client, values, id } = run;
  const { kind, format, since, until, output } = values;
  const q = id === undefined ? values.q : await queryOf(run, id);
  if (typeof q === 'object') {
    return failed(terminal, q.message);
  }
  const answer = await client.bytes('export', { kind, format, q, since, until });
  return answer.ok ? writeOut(terminal, output, answer.value) : failed(terminal, answer.message);
}

/** The rows of one request, or of one trace; of an id that nothing has, what the gateway says of it: no file without rows. */
async function queryOf({ client }: HistoryRun, id: string): Promise<string | { readonly message: string }> {
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
