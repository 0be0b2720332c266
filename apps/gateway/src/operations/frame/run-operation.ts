import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { OperationTrail } from '../../recording/record/operation-trail.ts';
import type { Caller, OperationContext, RunningOperation } from './core.ts';
import { admit, checkPolicy, isLimited, type Refusal } from './govern.ts';
import type {
  EndedOperation,
  Ending,
  OperationDefinition,
  OperationEnd,
  ParsedRequest,
  Resolution,
} from './operation-definition.ts';
import { internalError, type OperationError, outcomeOfError } from './operation-error.ts';
import { recordOperation } from './record-operation.ts';
import { routeOf } from './route.ts';

/**
 * Runs one operation, from the start of its span to its record: admit, resolve, ask the policy, run, record. Never
 * rejects: what goes wrong is the error of its end.
 */
export function runOperation<Request, Target, Value>(
  definition: OperationDefinition<Request, Target, Value>,
  input: ParsedRequest<Request>,
  context: OperationContext,
): Promise<OperationEnd<Value>> {
  return new OperationRun(definition, context).run(input);
}

/** One operation on its way; what it learns is kept for its record. */
class OperationRun<Request, Target, Value> {
  readonly #definition: OperationDefinition<Request, Target, Value>;
  readonly #running: RunningOperation;
  readonly #startedAt: number;
  #request: Request | undefined;
  #target: Target | undefined;
  #record: ToolRecord | undefined;

  constructor(definition: OperationDefinition<Request, Target, Value>, { core, caller }: OperationContext) {
    const { ctx, facts, batch } = caller;
    const start = batch === undefined ? facts : { ...facts, parent: batch.span };
    const span = core.spans.startWorkflow(ctx, definition.operation, start);
    this.#definition = definition;
    this.#startedAt = core.now();
    const trail = core.recorder.wantsTrails ? beginTrail(span, caller) : undefined;
    this.#running = { core, caller, span, trail };
  }

  /** Nothing is waited for that is there at once: until its request leaves for the upstream, a plain call runs in one go. */
  async run(input: ParsedRequest<Request>): Promise<OperationEnd<Value>> {
    let ending: Ending<Value>;
    try {
      const attempt = this.#attempt(input);
      ending = attempt instanceof Promise ? await attempt : attempt;
    } catch (error) {
      ending = { error: internalError(this.#running.core, error) };
    }
    const ended = this.#finish(ending);
    const recording = recordOperation(this.#definition, ended, this.#running);
    if (recording !== undefined) {
      await recording;
    }
    return ended;
  }

  #attempt(input: ParsedRequest<Request>): Ending<Value> | Promise<Ending<Value>> {
    const request = input.ok ? input.value : input.request;
    const wrong = input.ok ? undefined : ({ kind: 'bad-request', message: input.message } as const);
    if (request === undefined) {
      return { error: wrong };
    }
    this.#begin(request);
    return this.#definition.isAdmitted && isLimited(this.#running)
      ? this.#attemptWithinLimits(request, wrong)
      : this.#act(request, wrong);
  }

  async #attemptWithinLimits(request: Request, wrong: OperationError | undefined): Promise<Ending<Value>> {
    const admission = await admit(this.#running);
    if (!admission.ok) {
      this.#name(request);
      return refused(admission.refusal);
    }
    try {
      return await this.#act(request, wrong);
    } finally {
      admission.leave();
    }
  }

  #begin(request: Request): void {
    const { span } = this.#running;
    this.#request = request;
    if (span.isRecording) {
      span.setRoute(this.#definition.spanRoute?.(request) ?? {});
    }
  }

  #name(request: Request): void {
    const named = this.#definition.named?.(request, this.#running.core);
    if (named !== undefined) {
      this.#record = named.record;
      this.#running.span.setRoute(named.route);
    }
  }

  #act(request: Request, wrong: OperationError | undefined): Ending<Value> | Promise<Ending<Value>> {
    if (wrong !== undefined) {
      this.#name(request);
      return { error: wrong };
    }
    const resolution = this.#definition.resolve(request, this.#running);
    return resolution instanceof Promise
      ? resolution.then((resolved) => this.#actOn(resolved))
      : this.#actOn(resolution);
  }

  #actOn(resolution: Resolution<Target>): Ending<Value> | Promise<Ending<Value>> {
    const { span } = this.#running;
    const { policy } = this.#definition;
    if (!resolution.ok) {
      span.setRoute(resolution.route);
      return resolution;
    }
    const { target, record } = resolution;
    this.#target = target;
    this.#record = record;
    if (record !== undefined) {
      span.setRoute(routeOf(record));
    }
    const refusal = policy && record && checkPolicy(this.#running, policy, record);
    return refusal === undefined ? this.#definition.run(target, this.#running) : refused(refusal);
  }

  /** The one place where an outcome is decided and told. */
  #finish(ending: Ending<Value>): EndedOperation<Request, Target, Value> {
    return {
      ...ending,
      outcome: this.#outcomeOf(ending.error),
      durationMillis: this.#running.core.now() - this.#startedAt,
      record: this.#record,
      request: this.#request,
      target: this.#target,
    };
  }

  #outcomeOf(error: OperationError | undefined): Outcome {
    if (error !== undefined) {
      return outcomeOfError(error);
    }
    return this.#definition.canBeLate && this.#running.caller.isGone() ? 'late_ok' : 'ok';
  }
}

function beginTrail({ clock }: WorkflowSpan, { ctx, batch }: Caller): OperationTrail {
  return new OperationTrail({
    spanId: ctx.ownSpanId,
    // A span of another trace is linked, and is no parent.
    parentSpanId: batch?.trail?.spanId ?? (ctx.callerTraceId === undefined ? ctx.parent?.spanId : undefined),
    clock,
  });
}

function refused({ error, reason }: Refusal): {
  readonly error: OperationError;
  readonly rejection: Refusal['reason'];
} {
  return { error, rejection: reason };
}
