import type { CallRow, TraceRow } from '@dcc-mcp/call-store';
import type { DebugBundle, IssueReport } from '@dcc-mcp/call-store/analytics';
import type { Answer } from '../ask/debug-client.ts';
import { failed, type HistoryRun } from './history-run.ts';
import { writeOut } from './write-out.ts';

interface Found {
  readonly calls?: readonly CallRow[];
  readonly traces?: readonly TraceRow[];
}

/** The request that is named, or the newest of a list that a query finds. */
export async function idOf(run: HistoryRun, list: keyof Found = 'calls'): Promise<Answer<string>> {
  const { client, id } = run;
  const { q, since, until } = run.values;
  if (id !== undefined) {
    return { ok: true, value: id };
  }
  const answer = await client.json<Found>(list, { q, since, until, limit: '1' });
  if (!answer.ok) {
    return answer;
  }
  const [newest] = answer.value[list] ?? [];
  const kept = `no ${list === 'calls' ? 'call' : 'trace'} that is kept matches`;
  return newest === undefined
    ? { ok: false, message: `${kept}${q === undefined ? '' : ` ${q}`}; dcc-mcp-gateway ${list} lists what is` }
    : { ok: true, value: newest.row_id };
}

/** All that is kept about a request, from the gateway. */
export async function fetchBundle(run: HistoryRun, compact?: boolean): Promise<Answer<DebugBundle>> {
  const id = await idOf(run);
  return id.ok
    ? run.client.json(`bundles/${encodeURIComponent(id.value)}`, { compact: compact === true ? 'true' : undefined })
    : id;
}

/** The bundle as JSON, on stdout or in a file. */
export async function runBundle(run: HistoryRun): Promise<number> {
  const { terminal, values } = run;
  const bundle = await fetchBundle(run, values.compact);
  return bundle.ok
    ? writeOut(terminal, values.output, [`${JSON.stringify(bundle.value, null, 2)}\n`])
    : failed(terminal, bundle);
}

/** The text for an issue tracker: it can be pasted, or piped into what files issues. */
export async function runReport(run: HistoryRun): Promise<number> {
  const { terminal, client, values } = run;
  const id = await idOf(run);
  if (!id.ok) {
    return failed(terminal, id);
  }
  const mode = values.raw === true ? 'raw' : undefined;
  const report = await client.json<IssueReport>(`issue-reports/${encodeURIComponent(id.value)}`, { mode });
  if (!report.ok) {
    return failed(terminal, report);
  }
  terminal.print(values.json === true ? JSON.stringify(report.value, null, 2) : toMarkdown(report.value));
  return 0;
}

function toMarkdown({ title, body, bundle }: IssueReport): string {
  const evidence = bundle === undefined ? [] : ['', '```json', JSON.stringify(bundle, null, 2), '```'];
  return [`# ${title}`, '', body.trimEnd(), ...evidence].join('\n');
}
