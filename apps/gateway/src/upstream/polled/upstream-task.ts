import { RELATED_TASK_META_KEY } from '@modelcontextprotocol/server';
import { type Era, textOf } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { rawAnswer, rawResult, toRpcError } from '../hop/answer.ts';
import { readProgressToken } from '../hop/envelope.ts';
import { badAnswer, failed } from '../hop/failures.ts';
import { askAll, isAskable, type Questions, readQuestions } from '../hop/questions.ts';
import type { HopResult } from '../upstream.ts';
import { ask, type PolledCall, pollToEnd } from './poll-to-end.ts';

const MAX_TASK_ID_LENGTH = 512;

/** The id of the task that a call has become; `undefined` for every other answer, also for a result that names some task. */
export function taskIdOf(hop: HopResult, era: Era): string | undefined {
  const raw = hop.ok ? hop.raw : undefined;
  const id =
    era === 'modern'
      ? raw?.get('resultType')?.value === 'task' && raw.get('taskId')?.value
      : raw?.get('content') === undefined && raw?.get('task')?.get('taskId')?.value;
  return typeof id === 'string' && id !== '' && id.length <= MAX_TASK_ID_LENGTH ? id : undefined;
}

/**
 * Asks for the state of the task until it has ended; the caller gets what its tool would have answered. What the task asks
 * goes to the caller. A task that nobody waits for any more is cancelled.
 */
export function awaitTask(call: PolledCall, taskId: string): Promise<HopResult> {
  const task = call.session.era === 'modern' ? new ModernTask(call, taskId) : new HandshakeTask(call, taskId);
  return pollToEnd(call, {
    question: { method: 'tasks/get', params: { taskId } },
    read: (answer, renew) => task.read(answer, renew),
    cancel: () => void call.session.exchange(task.cancellation()),
  });
}

/** How long the upstream may take to say that it has taken a cancellation. */
const CANCEL_MILLIS = 5_000;

/** A task of either era; they differ in where its result is, and how it asks. */
class Task {
  protected readonly call: PolledCall;
  protected readonly taskId: string;
  #said: string | undefined;
  #progress = 0;

  constructor(call: PolledCall, taskId: string) {
    this.call = call;
    this.taskId = taskId;
  }

  cancellation(): Parameters<PolledCall['session']['exchange']>[0] {
    const { envelope } = this.call.admitted;
    const params = { taskId: this.taskId };
    return { method: 'tasks/cancel', params, envelope, timeoutMillis: CANCEL_MILLIS, isOwn: true, takesTask: true };
  }

  /** What a task says of itself is its progress: whoever asked for that gets each text once, counted. */
  protected tell(said: unknown, renew: () => void): void {
    const { peer, params } = this.call.admitted.hop;
    const progressToken = readProgressToken(params);
    if (peer === undefined || progressToken === undefined || typeof said !== 'string' || said === this.#said) {
      return;
    }
    this.#said = said;
    this.#progress += 1;
    renew();
    peer.notify('notifications/progress', { progressToken, progress: this.#progress, message: said });
  }
}

/** MCP 2026-07-28, extension `io.modelcontextprotocol/tasks` (SEP-2663). */
class ModernTask extends Task {
  read(answer: RawJson, renew: () => void): HopResult | undefined | Promise<HopResult | undefined> {
    switch (textOf(answer.get('status')?.value)) {
      case 'working':
        this.tell(answer.get('statusMessage')?.value, renew);
        return undefined;
      case 'input_required':
        return this.#answer(readQuestions(answer.get('inputRequests')?.object));
      case 'completed': {
        const result = answer.get('result');
        return result?.isObject === true ? rawAnswer(result) : noResult();
      }
      case 'failed':
        return failedTask(answer.get('error')?.value);
      case 'cancelled':
        return cancelledThere();
      default:
        return strangeState();
    }
  }

  async #answer(questions: Questions): Promise<HopResult | undefined> {
    const { peer, signal } = this.call.admitted.hop;
    if (!isAskable(peer)) {
      return this.#giveUp();
    }
    const inputResponses = await askAll(peer, { questions, refused: new Map(), signal });
    if (Object.keys(inputResponses).length === 0) {
      return signal?.aborted === true ? undefined : this.#giveUp();
    }
    const taken = await ask(this.call, { method: 'tasks/update', params: { taskId: this.taskId, inputResponses } });
    return taken.ok ? undefined : taken;
  }

  /** Otherwise the task would wait until its time is over. */
  #giveUp(): HopResult {
    void this.call.session.exchange(this.cancellation());
    return badAnswer('other', 'The tool asks its caller something that the caller can’t be asked');
  }
}

/** MCP 2025-11-25, "Tasks". */
class HandshakeTask extends Task {
  read(answer: RawJson, renew: () => void): HopResult | undefined | Promise<HopResult | undefined> {
    switch (textOf(answer.get('status')?.value)) {
      case 'working':
        this.tell(answer.get('statusMessage')?.value, renew);
        return undefined;
      // What it asks comes while its result is waited for.
      case 'input_required':
      case 'completed':
      case 'failed':
        return this.#result();
      case 'cancelled':
        return cancelledThere();
      default:
        return strangeState();
    }
  }

  async #result(): Promise<HopResult> {
    const hop = await ask(this.call, { method: 'tasks/result', params: { taskId: this.taskId } });
    return hop.ok ? rawAnswer(withoutTask(rawResult(hop))) : hop;
  }
}

/** What a handshake server puts into the result of a task; who asked for no task knows none. */
function withoutTask(result: RawJson): RawJson {
  const meta = result.get('_meta')?.object;
  if (meta?.[RELATED_TASK_META_KEY] === undefined) {
    return result;
  }
  const { [RELATED_TASK_META_KEY]: _task, ...others } = meta;
  return result.with({ _meta: JSON.stringify(others) });
}

function failedTask(told: unknown): HopResult {
  const rpcError = toRpcError(told);
  return badAnswer('jsonrpc', rpcError?.message ?? 'The task failed and does not say why', { rpcError });
}

function cancelledThere(): HopResult {
  return failed('cancelled', 'The task that the call became was cancelled at its server');
}

function noResult(): HopResult {
  return badAnswer('empty_result', 'The task that the call became has ended without a result');
}

function strangeState(): HopResult {
  return badAnswer('other', 'The server says of the task what no task can be');
}
