import { sanitizeText, toolFailure } from '@dcc-mcp/request-context';
import { OPERATION_CALL, type Outcome } from '@dcc-mcp/semantic-conventions';
import type { HopSpan, WorkflowSpan } from '@dcc-mcp/workflow-spans';
import { type ArgumentsForm, readArguments } from '../arguments/argument-form.ts';
import { validateArguments } from '../arguments/argument-validation.ts';
import type { ToolRecord } from '../catalog/tool-record.ts';
import type { JsonObject, JsonRpcError } from '../protocol/json-rpc.ts';
import type { HopEnvelope, HopFailure, HopResult, Upstream } from '../upstream/upstream.ts';
import { toolMessage } from './call-upstream-tool.ts';
import type { Caller, OperationCore } from './core.ts';
import { admit, checkPolicy, type RejectionReason } from './govern.ts';
import { endHop, errorOfFailure, hopTarget } from './hop.ts';
import { requestAnsweringInputs } from './input-rounds.ts';
import { internalError } from './internal-error.ts';
import { type OperationError, outcomeOfError } from './operation-error.ts';
import { resolveTool } from './resolve-tool.ts';

export interface CallInput {
  readonly toolSlug: string;
  /** As the caller sent it; checked against the tool's schema. */
  readonly arguments: unknown;
  /** Answers to an `input_required` result of an earlier round (MCP 2026-07-28), for the upstream. */
  readonly inputs?: JsonObject;
  /** What is wrong with the request itself: such a call ends as `bad-request`. */
  readonly problem?: string;
}

/** What came of a call. */
export interface CallResult {
  readonly outcome: Outcome;
  readonly record: ToolRecord | undefined;
  /** The upstream's result, untouched; also with `error.kind` `tool-error`. */
  readonly result?: JsonObject;
  readonly error?: OperationError;
  /** The upstream's own JSON-RPC error, where it sent one. */
  readonly rpcError?: JsonRpcError;
  readonly durationMillis: number;
}

/** What happened on the way to the upstream and back, in milliseconds. */
interface HopTiming {
  queueMillis: number;
  upstreamMillis: number;
}

/** How a call ended, before it is recorded. */
interface Ending {
  readonly result?: JsonObject;
  readonly error?: OperationError;
  readonly rejection?: RejectionReason | 'queue_full' | 'circuit_open';
  readonly failure?: HopFailure;
}

/** Calls one tool. Never rejects: what goes wrong is the result's error. */
export async function callTool(core: OperationCore, caller: Caller, input: CallInput): Promise<CallResult> {
  return new ToolCall(core, caller, input).run();
}

/** One call from its span's start to its record. */
class ToolCall {
  readonly #core: OperationCore;
  readonly #caller: Caller;
  readonly #input: CallInput;
  readonly #startedAt: number;
  readonly #span: WorkflowSpan;
  #record: ToolRecord | undefined;
  #form: ArgumentsForm | undefined;
  #timing: HopTiming | undefined;
  #transport: 'tcp' | 'pipe' | undefined;

  constructor(core: OperationCore, caller: Caller, input: CallInput) {
    this.#core = core;
    this.#caller = caller;
    this.#input = input;
    this.#startedAt = core.now();
    this.#span = core.spans.startWorkflow(caller.ctx, OPERATION_CALL, {
      ...caller.facts,
      ...(caller.batch === undefined ? {} : { parent: caller.batch }),
    });
  }

  async run(): Promise<CallResult> {
    let ending: Ending;
    try {
      ending = await this.#attempt();
    } catch (defect) {
      ending = { error: internalError(this.#core, defect) };
    }
    return this.#finish(ending);
  }

  async #attempt(): Promise<Ending> {
    const admission = await admit(this.#core, this.#caller, this.#span);
    if (!admission.ok) {
      this.#noteNamed();
      return { error: admission.refusal.error, rejection: admission.refusal.reason };
    }
    try {
      return await this.#admitted();
    } finally {
      admission.leave();
    }
  }

  async #admitted(): Promise<Ending> {
    if (this.#input.problem !== undefined) {
      this.#noteNamed();
      return { error: { kind: 'bad-request', message: this.#input.problem } };
    }
    const resolution = await resolveTool(this.#core, this.#input.toolSlug);
    if (!resolution.ok) {
      this.#span.setRoute(namedRoute(this.#core, this.#input.toolSlug));
      const { error, failure } = resolution;
      return { error, ...(failure === undefined ? {} : { failure }) };
    }
    const { record, upstream } = resolution;
    this.#record = record;
    this.#transport = upstream.settings.transport.type === 'stdio' ? 'pipe' : 'tcp';
    this.#span.setRoute(routeOf(record));
    const refusal = checkPolicy(this.#core, 'call', record, this.#span);
    if (refusal !== undefined) {
      return { error: refusal.error, rejection: refusal.reason };
    }
    if (record.isStub) {
      return { error: notLoaded(record) };
    }
    const form = this.#argumentsForm();
    const args = validateArguments(record, form.ok ? form.value : this.#input.arguments);
    if (!args.ok) {
      return { error: { kind: args.kind, message: args.message } };
    }
    return this.#hop(record, upstream, args.value);
  }

  /** A call that is refused before its tool is looked for still says, and counts for, the tool it names. */
  #noteNamed(): void {
    const { catalog } = this.#core;
    const { toolSlug } = this.#input;
    this.#record = catalog.get(toolSlug);
    this.#span.setRoute(this.#record === undefined ? namedRoute(this.#core, toolSlug) : routeOf(this.#record));
  }

  async #hop(record: ToolRecord, upstream: Upstream, args: JsonObject): Promise<Ending> {
    const { signal, peer, meta } = this.#caller;
    let hopSpan: HopSpan | undefined;
    let sentAt = 0;
    const result = await requestAnsweringInputs(upstream, {
      method: 'tools/call',
      params: {
        name: record.backendTool,
        arguments: args,
        ...this.#input.inputs,
        ...(meta === undefined ? {} : { _meta: meta }),
      },
      begin: (queueWaitMillis): HopEnvelope => {
        sentAt = this.#core.now();
        this.#timing ??= { queueMillis: 0, upstreamMillis: 0 };
        this.#timing.queueMillis += queueWaitMillis;
        hopSpan = this.#span.startHop({
          ...hopTarget(upstream, 'tools/call', record.backendTool),
          toolSlug: record.label,
          queueWaitMillis: this.#timing.queueMillis,
        });
        return hopSpan.carrier();
      },
      isRead: record.annotations['readOnlyHint'] === true,
      onRetry: ({ attempt, delayMillis, failure }) =>
        hopSpan?.addRetry({ attempt, delayMillis, reason: outcomeOfError(failure) }),
      onEnd: (round) => {
        this.#noteRound(sentAt);
        endHop(hopSpan, round);
      },
      timeoutMillis: upstream.settings.timeoutMillis,
      ...(signal === undefined ? {} : { signal }),
      ...(peer === undefined ? {} : { peer }),
    });
    return endingOf(result);
  }

  #noteRound(sentAt: number): void {
    if (this.#timing !== undefined) {
      this.#timing.upstreamMillis += this.#core.now() - sentAt;
    }
  }

  /** The one place where the outcome is decided and everything is told of it. */
  #finish(ending: Ending): CallResult {
    const { error, result } = ending;
    const outcome = this.#outcomeOf(error);
    this.#describeInput();
    const durationMillis = this.#core.now() - this.#startedAt;
    if (result !== undefined) {
      this.#span.setOutput(result);
    }
    this.#core.recorder.call({
      ctx: this.#caller.ctx,
      span: this.#span,
      record: this.#record,
      outcome,
      errorKind: error?.kind,
      durationMillis,
      timing: this.#timing,
      rejection: ending.rejection,
      backendErrorKind: ending.failure?.backendErrorKind,
      transport: this.#transport,
    });
    return {
      outcome,
      record: this.#record,
      durationMillis,
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
      ...(ending.failure?.rpcError === undefined ? {} : { rpcError: ending.failure.rpcError }),
    };
  }

  /** Also of a call that was refused: what was tried is half of why it failed. */
  #describeInput(): void {
    const form = this.#span.isRecording ? this.#argumentsForm() : undefined;
    if (form?.ok === true) {
      this.#span.setInput(form.value);
    }
  }

  /** Read once: arguments in a JSON string may be long. */
  #argumentsForm(): ArgumentsForm {
    this.#form ??= readArguments(this.#input.arguments);
    return this.#form;
  }

  #outcomeOf(error: OperationError | undefined): Outcome {
    if (error !== undefined) {
      return outcomeOfError(error);
    }
    return this.#caller.isGone() ? 'late_ok' : 'ok';
  }
}

export function routeOf(record: ToolRecord): {
  dccType: string;
  instanceId: string;
  toolSlug: string;
  toolName: string;
  skillName?: string;
} {
  const { dccType, instanceId, slug, backendTool, skillName } = record;
  return {
    dccType,
    instanceId,
    toolSlug: slug,
    toolName: backendTool,
    ...(skillName === undefined ? {} : { skillName }),
  };
}

/** A tool's own failure is an answer, not a transport error: it keeps its result. */
function endingOf(hop: HopResult): Ending {
  if (!hop.ok) {
    return { error: errorOfFailure(hop.failure), failure: hop.failure, ...rejectionOf(hop.failure) };
  }
  const { result } = hop;
  return toolFailure(result) ? { result, error: { kind: 'tool-error', message: toolMessage(result) } } : { result };
}

/** What can be said of a tool that was not found: the slug, where it has the form of one. */
export function namedRoute(core: OperationCore, slug: string): { toolSlug?: string } {
  return core.catalog.parseSlug(slug) === undefined ? {} : { toolSlug: sanitizeText(slug, MAX_SLUG_BYTES) };
}

const MAX_SLUG_BYTES = 256;

function rejectionOf({ kind }: HopFailure): Pick<Ending, 'rejection'> {
  if (kind === 'queue-full') {
    return { rejection: 'queue_full' };
  }
  return kind === 'circuit-open' ? { rejection: 'circuit_open' } : {};
}

function notLoaded(record: ToolRecord): OperationError {
  return {
    kind: 'skill-not-loaded',
    message: `The skill ${record.skillName ?? record.backendTool} is not loaded; load it with load_skill first`,
  };
}
