import type { Trace } from '@dcc-mcp/call-store';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../../../protocol/thrown-error.ts';
import type { Answer, DebugClient } from '../ask/debug-client.ts';
import { failed, type HistoryRun, show, wrongUse } from '../commands/history-run.ts';
import { fetchBundle } from '../commands/request-commands.ts';
import { widthOf } from '../show/print-lines.ts';
import { toExactJson } from './exact-json.ts';
import { differencesOf } from './output-difference.ts';
import { parseBundle, type RecordedCall, recordedArguments, recordedCallOf } from './recorded-call.ts';
import { type Replay, replayLines } from './replay-lines.ts';
import { prepareArguments } from './set-arguments.ts';

/** Sends a recorded call again. Ends with 0 where its outcome is the same, with 1 where it is not, with 2 for wrong use. */
export async function runReplay(run: HistoryRun): Promise<number> {
  const { terminal, verb, client, values } = run;
  const found = await readRecorded(run);
  if (!found.ok) {
    return failed(terminal, found);
  }
  const recorded = found.value;
  const prepared = prepareArguments(recordedArguments(recorded.input), values.set ?? []);
  if (!prepared.ok) {
    return wrongUse(terminal, verb, prepared.issue);
  }
  const tool = values.tool ?? recorded.row.tool;
  const described = await describeTool(client, tool);
  if (!described.ok) {
    return failed(terminal, described);
  }
  if (described.value.isDestructive && values.yes !== true) {
    return wrongUse(terminal, verb, `${tool} says of itself that it is destructive; --yes sends the call all the same`);
  }
  const sent = toExactJson(prepared.arguments);
  const replay = await sendAgain(client, { tool, sent, recorded });
  const code = show(run, replay, (told) => replayLines(told, widthOf(terminal)));
  return code === 0 && replay.ok && !replay.value.same_outcome ? 1 : code;
}

/** A file or `-` is a bundle; all else is an id, or a query for the newest call. */
async function readRecorded(run: HistoryRun): Promise<Answer<RecordedCall>> {
  const { id } = run;
  const isFile = id !== undefined && (id === '-' || /\.json$|[\\/]/.test(id) || existsSync(id));
  const file = isFile ? id : undefined;
  const bundle = file === undefined ? await fetchBundle(run) : await readBundle(run, file);
  if (!bundle.ok) {
    return bundle;
  }
  const call = recordedCallOf(bundle.value);
  return call === undefined
    ? { ok: false, message: `${bundle.value.lookup_id} is no call of a tool; a batch is sent again call by call` }
    : { ok: true, value: call };
}

async function readBundle({ terminal }: HistoryRun, file: string): ReturnType<typeof fetchBundle> {
  try {
    const read = parseBundle(file === '-' ? await text(terminal.stdin) : readFileSync(file, 'utf8'));
    return 'bundle' in read
      ? { ok: true, value: read.bundle }
      : { ok: false, message: `${file === '-' ? 'stdin' : file}: ${read.issue}` };
  } catch (error) {
    return { ok: false, message: `${file} can't be read: ${messageOf(error)}` };
  }
}

interface Refusal {
  readonly error?: { readonly kind?: string; readonly message: string };
}

interface Described extends Refusal {
  readonly tool?: { readonly annotations?: { readonly destructiveHint?: unknown } };
}

/** What the tool says of itself now. */
async function describeTool(client: DebugClient, tool: string): Promise<Answer<{ readonly isDestructive: boolean }>> {
  const answer = await client.post<Described>('/v1/describe', JSON.stringify({ tool_slug: tool }));
  if (!answer.ok) {
    return answer;
  }
  const { tool: told, error } = answer.value;
  return told === undefined
    ? {
        ok: false,
        message: `${tool}: ${error?.message ?? 'it is not described'}; name the tool that is meant by --tool`,
      }
    : { ok: true, value: { isDestructive: told.annotations?.destructiveHint === true } };
}

interface Sending {
  readonly tool: string;
  /** The arguments as JSON. */
  readonly sent: string;
  readonly recorded: RecordedCall;
}

interface Called extends Refusal {
  readonly request_id?: string;
}

async function sendAgain(client: DebugClient, { tool, sent, recorded }: Sending): Promise<Answer<Replay>> {
  const body = `{"tool_slug":${JSON.stringify(tool)},"arguments":${sent}}`;
  const answer = await client.post<Called>('/v1/call', body);
  if (!answer.ok) {
    return answer;
  }
  const { request_id: id = '', error } = answer.value;
  const trace = await recordedTrace(client, id);
  if (!trace.ok) {
    return { ok: false, message: `the call was sent, and what came of it is not known: ${trace.message}` };
  }
  const { row } = recorded;
  const { outcome, total_ms: millis, output } = trace.value;
  return {
    ok: true,
    value: {
      tool,
      recorded: toSide({ ...row, error: row.error?.message }),
      replayed: toSide({ request_id: id, outcome, duration_ms: millis, error: error?.message }),
      same_outcome: outcome === row.outcome,
      output_differences: differencesOf(recorded.output, output),
    },
  };
}

function toSide({ request_id, outcome, duration_ms, error }: Replay['recorded']): Replay['recorded'] {
  return { request_id, outcome, duration_ms, ...(error === undefined ? {} : { error }) };
}

/** A row is there soon after its answer. */
const TRIES = 20;
const RETRY_MILLIS = 50;

async function recordedTrace(client: DebugClient, id: string): Promise<Answer<Trace>> {
  let answer = await client.json<Trace>(`traces/${encodeURIComponent(id)}`);
  for (let tries = 1; tries < TRIES && !answer.ok; tries += 1) {
    await wait(RETRY_MILLIS);
    answer = await client.json<Trace>(`traces/${encodeURIComponent(id)}`);
  }
  return answer;
}
