import { asObject, isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { JOB_STATUS_TOOL } from '../core/dcc-core.ts';
import type { HopResult } from '../upstream.ts';

/**
 * Bytes of an answer that says that a call has become a job; it holds ids, and takes about 700. Larger answers are not
 * looked into.
 */
const MAX_PENDING_BYTES = 4 * 1024;
const MAX_JOB_ID_LENGTH = 128;

/** The states of a job that has not ended (dcc-mcp-core, `jobs_get_status`). */
const OPEN: ReadonlySet<unknown> = new Set(['pending', 'running']);

/**
 * The id of the job that a call has become; `undefined` for every other answer. dcc-mcp-core answers so when the caller
 * asks for progress or for a job (`_meta.dcc.async`).
 *
 * @param knowsJobs Whether the server lists the tool that tells of jobs; without, the answer itself has to name it.
 */
export function pendingJobId(hop: HopResult, knowsJobs: boolean): string | undefined {
  const raw = hop.ok ? hop.raw : undefined;
  if (raw === undefined || raw.text.length > MAX_PENDING_BYTES || !raw.text.includes('"pending"')) {
    return undefined;
  }
  const content = raw.get('structuredContent')?.object;
  if (content?.['status'] !== 'pending') {
    return undefined;
  }
  const isPolled = knowsJobs || asObject(content['core_poll'])?.['tool'] === JOB_STATUS_TOOL;
  return isPolled ? readJobId(content) : undefined;
}

function readJobId(content: JsonObject): string | undefined {
  const { core_job_id: core, job_id: plain, _meta: meta } = content;
  const dcc = asObject(asObject(meta)?.['dcc']);
  return [core, plain, dcc?.['coreJobId'], dcc?.['jobId']].find(isJobId);
}

function isJobId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_JOB_ID_LENGTH;
}

/** What a job has come to: open still, or over with what its tool would have answered. */
export type JobState =
  | { readonly kind: 'open'; readonly progress: JsonObject | undefined }
  | { readonly kind: 'ended'; readonly result: RawJson }
  | { readonly kind: 'cancelled' }
  /** No state of a job: the host does not know it, or says something else. */
  | { readonly kind: 'unknown'; readonly message: string };

/** Reads an answer of `jobs_get_status`. */
export function toJobState(answer: RawJson): JobState {
  const raw = answer.get('structuredContent');
  const content = raw?.isObject === true && answer.get('isError')?.text !== 'true' ? raw : undefined;
  const status = content?.get('status')?.value;
  if (content === undefined || typeof status !== 'string') {
    return { kind: 'unknown', message: 'The host no longer knows the job that the call became' };
  }
  if (OPEN.has(status)) {
    return { kind: 'open', progress: asObject(content.get('progress')?.value) };
  }
  switch (status) {
    case 'completed':
      return { kind: 'ended', result: toToolResult(content.get('result') ?? RawJson.of(null)) };
    case 'failed':
    case 'interrupted':
      return { kind: 'ended', result: toToolError(content.get('error')?.value, status) };
    case 'cancelled':
      return { kind: 'cancelled' };
    default:
      return { kind: 'unknown', message: 'The host says of the job what no job can be' };
  }
}

/** The value of a tool as the host answers with it when no job is made of the call; its digits stay as they came. */
function toToolResult(value: RawJson): RawJson {
  if (value.get('content')?.isList === true && (value.get('structuredContent') ?? value.get('isError')) !== undefined) {
    return value; // a whole result already
  }
  return RawJson.object({
    content: [{ type: 'text', text: value.text }],
    structuredContent: value,
    isError: value.get('success')?.text === 'false',
  });
}

function toToolError(error: unknown, status: string): RawJson {
  const told = isJsonObject(error) ? JSON.stringify(error) : error;
  const text =
    typeof told === 'string' && told !== '' ? told : `The job ${status === 'failed' ? 'failed' : 'was interrupted'}`;
  return RawJson.object({ content: [{ type: 'text', text }], isError: true });
}
