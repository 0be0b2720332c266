import type { CallRow, Trace, TraceRow } from '@dcc-mcp/call-store';
import type { Stats, Workflow } from '@dcc-mcp/call-store/analytics';
import { type InstanceList, instanceLines } from '../show/instance-lines.ts';
import { type Line, plain, printLines, widthOf } from '../show/print-lines.ts';
import { rowLine, waterfallLines } from '../show/row-lines.ts';
import { type SearchQuality, searchLines } from '../show/search-lines.ts';
import { statsLines } from '../show/stats-lines.ts';
import { workflowLines } from '../show/workflow-lines.ts';
import { failed, type HistoryRun, noneMatch, show } from './history-run.ts';
import { idOf } from './request-commands.ts';

/** What fits on a screen. */
const DEFAULT_LIMIT = '20';

/** Calls, oldest first, as lines of a log are read. */
export function listCalls(run: HistoryRun): Promise<number> {
  return list(run, 'calls', (row) => [rowLine(row)]);
}

/** Requests in the same way, or one as it ran. */
export async function tracesOrOne(run: HistoryRun): Promise<number> {
  if (run.id === undefined && run.values.newest !== true) {
    return list(run, 'traces', (row) => [rowLine(row)]);
  }
  const id = await idOf(run, 'traces');
  return show(run, id.ok ? await run.client.json<Trace>(`traces/${encodeURIComponent(id.value)}`) : id, toTraceLines);
}

/** What agents did. */
export function listWorkflows(run: HistoryRun): Promise<number> {
  return list(run, 'workflows', workflowLines);
}

/** Numbers of the last hour, day or week. */
export async function showStats(run: HistoryRun): Promise<number> {
  const { client, values, terminal } = run;
  const answer = await client.json<Stats>('stats', { range: values.range });
  return show(run, answer, (stats) => statsLines(stats, widthOf(terminal)));
}

/** Whether searches lead to tools, over all that are kept; and the newest of those that a query asks for. */
export async function showSearchQuality(run: HistoryRun): Promise<number> {
  const { q, since, until, limit = DEFAULT_LIMIT } = run.values;
  const answer = await run.client.json<SearchQuality>('search-telemetry', { q, since, until, limit });
  return show(run, answer, searchLines);
}

/** The servers behind the gateway, as they are now. */
export async function listInstances(run: HistoryRun): Promise<number> {
  const answer = await run.client.json<InstanceList>('instances');
  return show(run, answer, (answered) => instanceLines(answered, widthOf(run.terminal)));
}

interface ListedRows {
  readonly calls: CallRow;
  readonly traces: TraceRow;
  readonly workflows: Workflow;
}

/** A list stands under its own name. */
type Listed<Name extends keyof ListedRows> = { readonly total: number } & Readonly<
  Partial<Record<Name, readonly ListedRows[Name][]>>
>;

async function list<Name extends keyof ListedRows>(
  run: HistoryRun,
  name: Name,
  toLines: (row: ListedRows[Name]) => readonly Line[],
): Promise<number> {
  const { q, since, until, limit = DEFAULT_LIMIT } = run.values;
  const answer = await run.client.json<Listed<Name>>(name, { q, since, until, limit });
  return show(run, answer, (listed) => {
    const rows: readonly ListedRows[Name][] = listed[name] ?? [];
    const left = listed.total - rows.length;
    const more = left > 0 ? [plain(`${left} older ones match, too: --limit shows more`)] : [];
    return [...more, ...rows.toReversed().flatMap(toLines), ...(rows.length === 0 ? [plain(noneMatch(name))] : [])];
  });
}

function toTraceLines(trace: Trace): readonly Line[] {
  return [
    rowLine(trace),
    plain(`trace ${trace.trace_id}`),
    ...waterfallLines(trace.spans, trace.total_ms),
    ...(trace.input === undefined ? [] : [plain(`in   ${trace.input.content}`)]),
    ...(trace.output === undefined ? [] : [plain(`out  ${trace.output.content}`)]),
  ];
}

/** Calls as they end, until Ctrl-C or the end of the gateway. */
export async function tailCalls({ terminal, client, values }: HistoryRun): Promise<number> {
  const stopping = new AbortController();
  terminal.onSignal(() => stopping.abort());
  const answer = await client.lines('stream', { kinds: 'calls', q: values.q }, stopping.signal);
  if (!answer.ok) {
    return failed(terminal, answer);
  }
  for await (const line of answer.value) {
    if (!line.startsWith('data: ')) {
      continue;
    }
    const data = line.slice('data: '.length);
    const row: CallRow | { readonly missed: number } = JSON.parse(data);
    if (values.json === true) {
      terminal.print(data);
    } else {
      printLines(terminal, ['missed' in row ? plain(`… ${row.missed} missed`) : rowLine(row)]);
    }
  }
  return stopping.signal.aborted ? 0 : failed(terminal, { message: 'the gateway ended the stream' });
}
