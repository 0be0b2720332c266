import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { OperationContext, RunningOperation } from './core.ts';
import { admit, checkPolicy, FREE_ADMISSION, type Refusal } from './govern.ts';
import type { Ending, OperationDefinition, OperationEnd, ParsedRequest } from './operation-definition.ts';
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
    const start = batch === undefined ? facts : { ...facts, parent: batch };
    this.#definition = definition;
    this.#startedAt = core.now();
    this.#running = { core, caller, span: core.spans.startWorkflow(ctx, definition.operation, start) };
  }

  async run(input: ParsedRequest<Request>): Promise<OperationEnd<Value>> {
    let ending: Ending<Value>;
    try {
      ending = await this.#attempt(input);
    } catch (error) {
      ending = { error: internalError(this.#running.core, error) };
    }
    return this.#finish(ending);
  }

  async #attempt(input: ParsedRequest<Request>): Promise<Ending<Value>> {
    const request = input.ok ? input.value : input.request;
    const wrong = input.ok ? undefined : ({ kind: 'bad-request', message: input.message } as const);
    if (request === undefined) {
      return { error: wrong };
    }
    this.#begin(request);
    const admission = this.#definition.isAdmitted ? await admit(this.#running) : FREE_ADMISSION;
    if (!admission.ok) {
      this.#name(request);
      return refused(admission.refusal);
    }
    try {
      return await (wrong === undefined ? this.#act(request) : this.#refuse(request, wrong));
    } finally {
      admission.leave();
    }
  }

  /** What was asked for stands in the span of a refused operation, too: it is half of why it was refused. */
  #begin(request: Request): void {
    const { span } = this.#running;
    this.#request = request;
    if (span.isRecording) {
      const input = this.#definition.spanInput(request);
      span.setInput(...contentOf(input));
      span.setRoute(this.#definition.spanRoute?.(request) ?? {});
    }
  }

  #refuse(request: Request, error: OperationError): Ending<Value> {
    this.#name(request);
    return { error };
  }

  #name(request: Request): void {
    const named = this.#definition.named?.(request, this.#running.core);
    if (named !== undefined) {
      this.#record = named.record;
      this.#running.span.setRoute(named.route);
    }
  }

  async #act(request: Request): Promise<Ending<Value>> {
    const { span } = this.#running;
    const { policy } = this.#definition;
    const resolution = await this.#definition.resolve(request, this.#running);
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
  async #finish(ending: Ending<Value>): Promise<OperationEnd<Value>> {
    const { core, span } = this.#running;
    const ended = {
      ...ending,
      outcome: this.#outcomeOf(ending.error),
      durationMillis: core.now() - this.#startedAt,
      record: this.#record,
      request: this.#request,
      target: this.#target,
    };
    if (span.isRecording && ended.value !== undefined) {
      span.setOutput(...contentOf(this.#definition.spanOutput?.(ended.value) ?? ended.value));
    }
    await recordOperation(this.#definition, ended, this.#running);
    return ended;
  }

  #outcomeOf(error: OperationError | undefined): Outcome {
    if (error !== undefined) {
      return outcomeOfError(error);
    }
    return this.#definition.canBeLate && this.#running.caller.isGone() ? 'late_ok' : 'ok';
  }
}

/** What a span is told of a value; of one that is at hand as it came it need not be written once more. */
function contentOf(value: unknown): [value: unknown, json?: string] {
  return value instanceof RawJson ? [value.value, value.text] : [value];
}

function refused({ error, reason }: Refusal): {
  readonly error: OperationError;
  readonly rejection: Refusal['reason'];
} {
  return { error, rejection: reason };
}
