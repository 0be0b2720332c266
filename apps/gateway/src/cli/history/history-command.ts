import type { CallRow, Trace, TraceRow } from '@dcc-mcp/call-store';
import { parseArgs } from 'node:util';
import { describeArgumentIssue } from '../flag-issue.ts';
import { type HistoryVerb, helpText } from '../help-text.ts';
import type { Terminal } from '../terminal.ts';
import { type Answer, DebugClient } from './debug-client.ts';
import { findGateway } from './find-gateway.ts';
import { rowLine, waterfallLines } from './row-lines.ts';

const OPTIONS = {
  q: { type: 'string' },
  limit: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  url: { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What a list is chosen by; where none is, they would do nothing. `tail` takes the query alone. */
const LISTING = ['limit', 'since', 'until', 'q'] as const;

/** What fits on a screen. */
const DEFAULT_LIMIT = '20';

type Values = ReturnType<typeof parse>['values'];

/** `calls`, `traces [ID]` and `tail`: the history of a gateway that runs, as lines or as JSON; gives the exit code. */
export async function runHistoryCommand(
  terminal: Terminal,
  verb: HistoryVerb,
  args: readonly string[],
): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrongUse(terminal, verb, describeArgumentIssue(error, OPTIONS));
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    terminal.print(helpText(verb));
    return 0;
  }
  const [id, ...more] = positionals;
  if (more.length > 0 || (id !== undefined && verb !== 'traces')) {
    return wrongUse(terminal, verb, verb === 'traces' ? 'name one trace' : `${verb} takes flags only; a query is --q`);
  }
  const idle = LISTING.find((flag) => values[flag] !== undefined);
  if (idle !== undefined && verb === 'tail' && idle !== 'q') {
    return wrongUse(terminal, verb, `tail shows calls as they end, and takes no --${idle}; calls does`);
  }
  if (idle !== undefined && id !== undefined) {
    return wrongUse(terminal, verb, `traces ${id} shows one trace, and takes no --${idle}`);
  }
  const found = await findGateway(terminal.env, values.url);
  if (!found.ok) {
    return failed(terminal, found.message);
  }
  const client = new DebugClient(found.url, values.token ?? firstToken(terminal));
  if (verb === 'tail') {
    return tail(terminal, client, values);
  }
  return id === undefined ? list(terminal, client, { verb, values }) : showTrace(terminal, client, { id, values });
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

/** The token of the gateway's own environment, where the command runs beside it. */
function firstToken({ env }: Terminal): string | undefined {
  const [first] = (env['DCC_MCP_AUTH_TOKEN'] ?? '').split(',');
  return first === undefined || first.trim() === '' ? undefined : first.trim();
}

interface Listing {
  readonly verb: 'calls' | 'traces';
  readonly values: Values;
}

/** Oldest first, as lines of a log are read. */
async function list(terminal: Terminal, client: DebugClient, { verb, values }: Listing): Promise<number> {
  const { q, since, until, limit = DEFAULT_LIMIT } = values;
  const answer = await client.json<ListedRows>(verb, { q, since, until, limit });
  return show(terminal, answer, {
    isJson: values.json === true,
    toLines: ({ total, calls = [], traces = calls }) => toListLines(verb, traces, total),
  });
}

interface ListedRows {
  readonly total: number;
  readonly calls?: readonly (CallRow | TraceRow)[];
  readonly traces?: readonly (CallRow | TraceRow)[];
}

function toListLines(verb: string, rows: readonly (CallRow | TraceRow)[], total: number): readonly string[] {
  const left = total > rows.length ? [`${total - rows.length} older ones match, too: --limit shows more`] : [];
  return [...left, ...rows.toReversed().map(rowLine), ...(rows.length === 0 ? [`no ${verb} match`] : [])];
}

async function showTrace(
  terminal: Terminal,
  client: DebugClient,
  { id, values }: { readonly id: string; readonly values: Values },
): Promise<number> {
  const answer = await client.json<Trace>(`traces/${encodeURIComponent(id)}`);
  return show(terminal, answer, { isJson: values.json === true, toLines: toTraceLines });
}

function toTraceLines(trace: Trace): readonly string[] {
  return [
    rowLine(trace),
    `trace ${trace.trace_id}`,
    ...waterfallLines(trace.spans, trace.total_ms),
    ...(trace.input === undefined ? [] : [`in   ${trace.input.content}`]),
    ...(trace.output === undefined ? [] : [`out  ${trace.output.content}`]),
  ];
}

function show<T>(terminal: Terminal, answer: Answer<T>, { isJson, toLines }: Shown<T>): number {
  if (!answer.ok) {
    return failed(terminal, answer.message);
  }
  terminal.print(isJson ? JSON.stringify(answer.value, null, 2) : toLines(answer.value).join('\n'));
  return 0;
}

interface Shown<T> {
  readonly isJson: boolean;
  readonly toLines: (value: T) => readonly string[];
}

/** Calls as they end, until Ctrl-C or the end of the gateway. */
async function tail(terminal: Terminal, client: DebugClient, { q, json }: Values): Promise<number> {
  const stopping = new AbortController();
  terminal.onSignal(() => stopping.abort());
  const answer = await client.lines('stream', { kinds: 'calls', q }, stopping.signal);
  if (!answer.ok) {
    return failed(terminal, answer.message);
  }
  for await (const line of answer.value) {
    if (line.startsWith('data: ')) {
      const data = line.slice('data: '.length);
      const row: CallRow | { readonly missed: number } = JSON.parse(data);
      terminal.print(json === true ? data : 'missed' in row ? `… ${row.missed} missed` : rowLine(row));
    }
  }
  return stopping.signal.aborted ? 0 : failed(terminal, 'the gateway ended the stream');
}

function wrongUse(terminal: Terminal, verb: HistoryVerb, issue: string): number {
  terminal.printError(`error: ${issue} (see dcc-mcp-gateway ${verb} --help)`);
  return 2;
}

function failed(terminal: Terminal, message: string): number {
  terminal.printError(`error: ${message}`);
  return 1;
}
