import type { HopFacts, HopSpan, WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import type { CallTiming } from '../../recording/record/finished.ts';
import type { HopTrail } from '../../recording/record/operation-trail.ts';
import type { HopRequest, HopResult, RawParams, Upstream } from '../../upstream/upstream.ts';
import type { Caller, RunningOperation } from '../frame/core.ts';
import { callTarget, endHop, longestTime, retryOf } from './hop.ts';
import { requestAnsweringInputs } from './input-rounds.ts';

/** A call whose arguments are checked. */
export interface CheckedCall {
  readonly record: ToolRecord;
  readonly upstream: Upstream;
  readonly args: RawJson;
  /** Members of the parameters beside name and arguments. */
  readonly inputs: RawParams | undefined;
}

/** What the upstream answered, and where the time went: absent for a call that was never taken into the queue. */
export interface CallHop {
  readonly hop: HopResult;
  readonly timing: CallTiming | undefined;
}

/** Sends a call to its upstream: one hop span for each round, of questions to the caller and of tries. */
export async function callHop(checked: CheckedCall, { core, caller, span, trail }: RunningOperation): Promise<CallHop> {
  const { record, upstream } = checked;
  const isRead = record.annotations['readOnlyHint'] === true;
  const clock = new CallClock(core.now);
  let hopSpan: HopSpan | undefined;
  let hopTrail: HopTrail | undefined;
  const hop = await requestAnsweringInputs(upstream, {
    method: 'tools/call',
    ...paramsOf(checked, caller.meta),
    begin: (queueWaitMillis) => {
      clock.sent(queueWaitMillis);
      caller.job?.started();
      const facts = { queueWaitMillis: clock.queueMillis, ...jobOf(caller) };
      hopSpan = span.startHop(callTarget({ core, upstream }, record), facts);
      const name = `tools/call ${record.backendTool}`;
      hopTrail = trail?.startHop({ name, spanContext: hopSpan.spanContext, queueMillis: queueWaitMillis });
      return hopSpan.carrier();
    },
    ...termsOf(caller, upstream),
    onSent: (id) => hopSpan?.setJsonrpcId(id),
    isRead,
    onWaited: isRead
      ? (queueWaitMillis) => {
          clock.waited(queueWaitMillis);
          hopTrail?.addWait(queueWaitMillis);
        }
      : undefined,
    onRetry: (retry) => {
      clock.waited(retry.failure.queueWaitMillis);
      const facts = retryOf(retry);
      hopSpan?.addRetry(facts);
      hopTrail?.addFailedTry(facts.reason, facts.delayMillis);
    },
    onEnd: (round) => {
      clock.ended(round);
      hopTrail?.end(endHop(hopSpan, round, caller.job?.jobId));
    },
  });
  return { hop, timing: toldTiming(clock, span) };
}

function toldTiming({ timing }: CallClock, span: WorkflowSpan): CallTiming | undefined {
  if (timing !== undefined) {
    span.setQueueWait(timing.queueMillis);
  }
  return timing;
}

function jobOf({ job }: Caller): Pick<HopFacts, 'jobId'> {
  return job?.jobId === undefined ? {} : { jobId: job.jobId };
}

/** What the caller lets the call have: its time, its end, whom it may ask. */
function termsOf(
  { ctx, user, signal, peer, job }: Caller,
  upstream: Upstream,
): Pick<HopRequest, 'timeoutMillis' | 'maxTimeoutMillis' | 'requestId' | 'user' | 'signal' | 'peer' | 'job'> {
  const ofJob = job?.timeoutMillis;
  return {
    timeoutMillis: ofJob ?? upstream.settings.timeoutMillis,
    maxTimeoutMillis: ofJob === undefined ? longestTime(upstream) : undefined,
    requestId: ctx.requestId,
    user,
    signal,
    peer,
    job,
  };
}

/** Where the time of a call goes, over all its rounds. */
class CallClock {
  readonly #now: () => number;
  #sentAt: number | undefined;
  #queueMillis: number | undefined;
  #upstreamMillis: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get queueMillis(): number {
    return this.#queueMillis ?? 0;
  }

  /** Absent for a call that was never taken into the queue. */
  get timing(): CallTiming | undefined {
    return this.#queueMillis === undefined
      ? undefined
      : { queueMillis: this.#queueMillis, upstreamMillis: this.#upstreamMillis };
  }

  sent(queueWaitMillis: number): void {
    this.#sentAt = this.#now();
    this.#queueMillis = this.queueMillis + queueWaitMillis;
  }

  /** A try waited that neither begins nor ends a round. That is no time of the upstream, also where an earlier try was sent. */
  waited(queueWaitMillis: number | undefined): void {
    if (queueWaitMillis === undefined) {
      return;
    }
    this.#queueMillis = this.queueMillis + queueWaitMillis;
    if (this.#sentAt !== undefined) {
      this.#sentAt += queueWaitMillis;
    }
  }

  /** A round is over; one that ended in the queue had its time there, also where an earlier try had left it. */
  ended(round: HopResult): void {
    this.waited(round.ok ? undefined : round.failure.queueWaitMillis);
    if (this.#sentAt !== undefined) {
      this.#upstreamMillis = (this.#upstreamMillis ?? 0) + this.#now() - this.#sentAt;
      this.#sentAt = undefined;
    }
  }
}

function paramsOf(
  { record, args, inputs }: CheckedCall,
  meta: JsonObject | undefined,
): Pick<HopRequest, 'params' | 'rawParams'> {
  // The bare name that a host lists may be that of another skill by now; the one it takes at any time can't.
  const name = record.hostName ?? record.backendTool;
  const params = { name, arguments: args.object, ...(meta === undefined ? {} : { _meta: meta }) };
  return { params, rawParams: { arguments: args, ...inputs } };
}
