import { failed, type HistoryRun } from './history-run.ts';
import { writeOut } from './write-out.ts';

/** A whole list as a file, as it comes: what waits is one piece, however slow the reader is. */
export async function runExport({ terminal, client, values }: HistoryRun): Promise<number> {
  const { kind, format, since, until, output } = values;
  const answer = await client.bytes('export', { kind, format, since, until });
  return answer.ok ? writeOut(terminal, output, answer.value) : failed(terminal, answer.message);
}
