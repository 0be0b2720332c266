// operations/jobs/: calls that go on without their caller.
import type { WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { JobEnd, LiveJob } from '../../jobs/live-job.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { ERROR_METHOD_NOT_FOUND } from '../../protocol/mcp-protocol.ts';
import type { HopPeer, PeerAnswer, PeerQuestion } from '../../upstream/upstream.ts';
import type { Caller, DetachedCall, OperationCore } from '../frame/core.ts';
import { followLogs } from './job-logs.ts';

/** Whose job it is, and whether it is to be one. */
export interface CallJobOptions {
  /** The principal; `''` where nothing tells callers apart. */
  readonly owner: string;
  /** True: it is a job as soon as its upstream takes it. False: only where its upstream makes a task of it. */
  readonly isAsked: boolean;
}

/**
 * One call on its way to be a job. Until it is one it belongs to its caller: who leaves ends it, and what its upstream
 * tells goes to the caller. From then on all that belongs to the job.
 */
export class CallJob implements DetachedCall {
  readonly asksForTask: boolean;
  readonly #core: OperationCore;
  readonly #options: CallJobOptions;
  readonly #id: string;
  readonly #controls = { withdrawal: new AbortController(), abort: new AbortController() };
  readonly #accepted = Promise.withResolvers<LiveJob>();
  readonly #onCallerGone = (): void => this.#controls.abort.abort();
  #caller: Caller | undefined;
  #record: ToolRecord | undefined;
  #span: WorkflowSpan | undefined;
  /** Has a place among the jobs, and may yet be refused by its upstream. */
  #live: LiveJob | undefined;
  #endLogs: (() => void) | undefined;
  /** Its upstream has made a task of it, by itself. */
  #isTask = false;
  #isAccepted = false;
  #isOver = false;

  constructor(core: OperationCore, options: CallJobOptions) {
    this.#core = core;
    this.#options = options;
    this.#id = core.jobs.newId();
    this.asksForTask = options.isAsked;
  }

  /** Whether somebody wants it as a job; else it becomes one only where its upstream makes a task of it. */
  get isAsked(): boolean {
    return this.#options.isAsked;
  }

  /** Resolves when it is a job; its caller need not wait any more. */
  get whenAccepted(): Promise<LiveJob> {
    return this.#accepted.promise;
  }

  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  get withdrawal(): AbortSignal {
    return this.#controls.withdrawal.signal;
  }

  get jobId(): string | undefined {
    return this.#isAccepted ? this.#id : undefined;
  }

  get timeoutMillis(): number | undefined {
    return this.#options.isAsked ? this.#core.jobs.timeoutMillis : undefined;
  }

  get whyCancelled(): string | undefined {
    return this.#live?.whyCancelled;
  }

  /** The caller as the operation sees it; asked for once. */
  callerFrom(caller: Caller): Caller {
    this.#caller = caller;
    caller.signal?.addEventListener('abort', this.#onCallerGone, { once: true });
    if (caller.signal?.aborted === true) {
      this.#onCallerGone();
    }
    return {
      ...caller,
      signal: this.#controls.abort.signal,
      isGone: () => !this.#isAccepted && caller.isGone(),
      peer: this.#peer(caller),
      meta: this.#meta(caller.meta),
      job: this,
    };
  }

  /** Where a question of the tool goes: to whoever reads the job once it is one, before that to the caller. */
  ask(question: PeerQuestion, askCaller: HopPeer['ask']): Promise<PeerAnswer> {
    return this.#isAccepted && this.#live !== undefined
      ? this.#live.ask(question)
      : (askCaller?.(question) ?? Promise.resolve(DECLINED));
  }

  admit(record: ToolRecord, span: WorkflowSpan): Promise<boolean> {
    this.#record = record;
    this.#span = span;
    return this.#options.isAsked ? this.#take(record, span) : Promise.resolve(true);
  }

  accepted(): void {
    if (this.#live !== undefined) {
      this.#accept(this.#live);
    }
  }

  started(): void {
    const { outputs } = this.#core;
    if (this.#live !== undefined && this.#record !== undefined && this.#endLogs === undefined) {
      this.#endLogs = followLogs(outputs.of(this.#record.instanceId), this.#live);
    }
    this.#live?.start();
  }

  named(hostJobId: string): void {
    if (this.#live !== undefined) {
      this.#core.outputs.nameJob(hostJobId, this.#id);
    }
  }

  /** The call has ended. */
  async end(end: JobEnd): Promise<void> {
    this.#endLogs?.();
    await this.#live?.end(end);
  }

  becameTask(): number | undefined {
    if (this.#options.isAsked || this.#isTask || this.#record === undefined || this.#span === undefined) {
      return undefined;
    }
    this.#isTask = true;
    // Where there is no place for a job its caller waits, as for any other call.
    void this.#take(this.#record, this.#span).then(() => {
      if (this.#isOver) {
        return this.giveUp();
      }
      this.accepted();
      return this.started();
    });
    return this.#core.jobs.timeoutMillis;
  }

  /** The call was over before it was a job: there is none. */
  async giveUp(): Promise<void> {
    this.#isOver = true;
    this.#endLogs?.();
    if (this.#live !== undefined) {
      await this.#core.jobs.remove(this.#live.record.id);
    }
  }

  async #take({ slug, backendTool, label, dccType, instanceId }: ToolRecord, span: WorkflowSpan): Promise<boolean> {
    const { requestId, traceId } = span.ctx;
    const { owner } = this.#options;
    const tool = { toolSlug: slug, tool: backendTool, toolLabel: label, dccType, instanceId };
    this.#live = await this.#core.jobs.create({ id: this.#id, owner, requestId, traceId, ...tool }, this.#controls);
    return this.#live !== undefined;
  }

  #accept(live: LiveJob): void {
    if (this.#isAccepted) {
      return;
    }
    this.#isAccepted = true;
    this.#caller?.signal?.removeEventListener('abort', this.#onCallerGone);
    this.#span?.setJobId(this.#id);
    this.#core.recorder.record({ kind: 'job-created', tool: live.record.toolLabel, result: 'accepted' });
    this.#accepted.resolve(live);
  }

  #peer({ peer = NOBODY, meta }: Caller): HopPeer {
    const asksForProgress = meta?.['progressToken'] !== undefined;
    return {
      ...peer,
      ...(this.#options.isAsked ? { logLevel: peer.logLevel ?? 'info', takesInputRequired: false } : {}),
      notify: (method, params) => {
        if (this.#isAccepted) {
          this.#live?.notify(method, params);
        } else if (asksForProgress || method !== 'notifications/progress') {
          peer.notify(method, params);
        }
      },
    };
  }

  /** A job wants to know how far it is, also where its caller did not ask. */
  #meta(meta: JsonObject | undefined): JsonObject {
    return this.#options.isAsked ? { ...meta, progressToken: this.#id } : { progressToken: this.#id, ...meta };
  }
}

const NOBODY: HopPeer = { capabilities: {}, notify: () => {} };
const DECLINED: PeerAnswer = {
  error: { code: ERROR_METHOD_NOT_FOUND, message: 'It is declined: nobody can be asked' },
};
