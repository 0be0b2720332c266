import { OPERATION_CALL, type RejectionReason } from '@dcc-mcp/semantic-conventions';
import type { ValidationFacts } from '@dcc-mcp/workflow-spans';
import { type ArgumentsForm, readArguments } from '../../arguments/check/argument-form.ts';
import { type CheckedArguments, validateArguments } from '../../arguments/check/argument-validation.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { toolMessage } from '../../protocol/messages/tool-message.ts';
import type { CallDetails } from '../../recording/record/finished.ts';
import { rawResult } from '../../upstream/hop/answer.ts';
import type { HopFailure, RawParams } from '../../upstream/upstream.ts';
import { checkBudgets, checkLoop } from '../frame/call-limits.ts';
import type { OperationCore, RunningOperation } from '../frame/core.ts';
import type {
  EndedOperation,
  Ending,
  OperationDefinition,
  ParsedRequest,
  Resolution,
} from '../frame/operation-definition.ts';
import type { OperationError } from '../frame/operation-error.ts';
import { namedRoute, routeOf } from '../frame/route.ts';
import { callHop } from '../hops/call-hop.ts';
import { errorOfFailure, transportOf } from '../hops/hop.ts';
import { saysToolFailed } from '../hops/tool-failure.ts';
import { parseCall, type ParsedBody } from '../requests/parse-request.ts';
import { resolveTool, type ToolTarget } from './resolve-tool.ts';

/** One call, as its caller means it. */
export interface CallRequest {
  readonly toolSlug: string;
  /** Read once, by {@link toCallRequest}: arguments in a JSON string may be long. */
  readonly form: ArgumentsForm;
  /** Answers to an `input_required` result of an earlier round (MCP 2026-07-28), for the upstream. */
  readonly inputs?: RawParams | undefined;
}

interface CallTarget extends ToolTarget {
  readonly request: CallRequest;
}

/** Calls one tool. Its value is the upstream's result, as it came; also where the tool says that it failed. */
export const callOperation: OperationDefinition<CallRequest, CallTarget, RawJson> = {
  operation: OPERATION_CALL,
  isAdmitted: true,
  policy: 'call',
  canBeLate: true,
  parse: (body) => toParsedCall(parseCall(body), body),
  spanInput: ({ form }) => (form.ok ? form.raw : undefined),
  named,
  resolve(request, running) {
    const resolution = resolveTool(running, 'call', request.toolSlug);
    return resolution instanceof Promise
      ? resolution.then((resolved) => toCallTarget(resolved, request))
      : toCallTarget(resolution, request);
  },
  run: call,
  follows: ({ record, outcome }) => ({
    toolSlug: record?.slug,
    skillName: record?.skillName,
    isSuccess: outcome === 'ok',
  }),
  details,
};

function toCallTarget(resolution: Resolution<ToolTarget>, request: CallRequest): Resolution<CallTarget> {
  if (!resolution.ok) {
    return resolution;
  }
  const { record, upstream } = resolution.target;
  return { ok: true, record, target: { record, upstream, request } };
}

/** A call of `toolSlug` with arguments as they were sent. */
export function toCallRequest(toolSlug: string, args: unknown, inputs?: RawParams): CallRequest {
  return { toolSlug, form: readArguments(args), inputs };
}

/** A body, once it is checked. One that is wrong elsewhere is told of the tool it names. */
export function toParsedCall(parsed: ParsedBody<unknown>, body: unknown): ParsedRequest<CallRequest> {
  const { tool_slug: slug, arguments: args } = isJsonObject(body) ? body : {};
  const request = toCallRequest(typeof slug === 'string' ? slug : '', args);
  return parsed.ok ? { ok: true, value: request } : { ok: false, message: parsed.message, request };
}

function named({ toolSlug }: CallRequest, { catalog }: OperationCore): ReturnType<NonNullable<Definition['named']>> {
  const record = catalog.get(toolSlug);
  return { record, route: record === undefined ? namedRoute(catalog, toolSlug) : routeOf(record) };
}

type Definition = typeof callOperation;

async function call({ record, upstream, request }: CallTarget, running: RunningOperation): Promise<Ending<RawJson>> {
  if (record.needsLoad) {
    return { error: notLoaded(record) };
  }
  const { form, inputs } = request;
  // Nothing is waited for where nothing is limited.
  const limited = checkLoop(running, record, form) ?? checkBudgets(running, record);
  const refusal = limited && (await limited);
  if (refusal !== undefined) {
    return { error: refusal.error, rejection: refusal.reason };
  }
  const checked = validateArguments(record, form, { coerces: upstream.settings.coercesArguments });
  if (!checked.ok) {
    return { error: { kind: 'invalid-params', message: checked.message } };
  }
  const validation = toValidation(checked);
  if (validation !== undefined) {
    running.span.setValidation(validation);
  }
  const { job } = running.caller;
  if (job !== undefined && !(await job.admit(record, running.span))) {
    return { error: TOO_MANY_JOBS, rejection: 'queue_full' };
  }
  const { hop, timing } = await callHop({ record, upstream, args: checked.raw, inputs }, running);
  noteJob(running);
  if (!hop.ok) {
    return {
      error: toldOfJob(errorOfFailure(hop.failure), job),
      failure: hop.failure,
      rejection: rejectionOf(hop.failure),
      timing,
    };
  }
  const result = rawResult(hop);
  // A tool's own failure is an answer, not a transport error: it keeps its result.
  const error = saysToolFailed(result)
    ? ({ kind: 'tool-error', message: toolMessage(result.object ?? {}) } as const)
    : undefined;
  return { value: result, error, timing, validation };
}

const TOO_MANY_JOBS: OperationError = {
  kind: 'queue-full',
  message: 'As many jobs are open as may be; try again when some have ended',
};

/** Why a job ends early, its own bounds say. */
function toldOfJob(error: OperationError, job: RunningOperation['caller']['job']): OperationError {
  if (error.kind === 'cancelled' && job?.whyCancelled !== undefined) {
    return { ...error, message: job.whyCancelled };
  }
  return error.kind === 'timeout' && job?.jobId !== undefined ? { ...error, recommendedNextAction: MORE_TIME } : error;
}

const MORE_TIME =
  'Check what the tool did before calling it again, or allow jobs more time: jobs.timeoutSecs of the gateway.';

/** The rows of a job say which one it is. */
function noteJob({ trail, caller: { job } }: RunningOperation): void {
  if (trail !== undefined && job?.jobId !== undefined) {
    trail.jobId = job.jobId;
  }
}

/** What the caller is told of the check of its arguments; undefined where there is nothing to tell. */
function toValidation({ skipped, coerced }: CheckedArguments): ValidationFacts | undefined {
  return skipped === undefined && coerced.length === 0 ? undefined : { skippedReason: skipped, coercedPaths: coerced };
}

function rejectionOf({ kind }: HopFailure): RejectionReason | undefined {
  if (kind === 'queue-full') {
    return 'queue_full';
  }
  return kind === 'circuit-open' ? 'circuit_open' : undefined;
}

function notLoaded(record: ToolRecord): OperationError {
  return {
    kind: 'skill-not-loaded',
    message: `The skill ${record.skillName ?? record.backendTool} is not loaded; load it with load_skill first`,
  };
}

function details(ended: EndedOperation<CallRequest, CallTarget, RawJson>, { caller }: RunningOperation): CallDetails {
  const { record, target, timing, rejection } = ended;
  return {
    operation: OPERATION_CALL,
    record,
    batchIndex: caller.batch?.index,
    timing,
    rejection,
    transport: target && transportOf(target.upstream.settings),
  };
}
