import { PendingMap } from '@dcc-mcp/bounds';
import type { JsonObject } from '../../../protocol/json-rpc.ts';
import { RawJson } from '../../../protocol/json/raw-json.ts';
import { cancelled, failed, shuttingDown } from '../../../upstream/hop/failures.ts';
import type {
  HopEnvelope,
  HopFailure,
  HopPeer,
  HopRequest,
  HopResult,
  HopRetry,
  PeerAnswer,
  PeerQuestion,
} from '../../../upstream/upstream.ts';
import type { Peer } from '../channel/peer.ts';

/** A call as it travels to the process that has its upstream. */
export interface SentHop extends Pick<
  HopRequest,
  'method' | 'params' | 'timeoutMillis' | 'maxTimeoutMillis' | 'requestId' | 'isRead'
> {
  readonly id: number;
  readonly instanceId: string;
  readonly rawParams: Readonly<Record<string, string>> | undefined;
  readonly user: { readonly id: string; readonly token: string } | undefined;
  readonly peer: SentPeer | undefined;
  /** Absent for a call that its caller waits for. */
  readonly asksForTask: boolean | undefined;
}

interface SentPeer extends Omit<HopPeer, 'rootsOwner' | 'notify' | 'ask'> {
  /** Tells owners of roots apart. */
  readonly rootsOwner: number | undefined;
  readonly canAsk: boolean;
}

/** What came of it. */
export type SentResult =
  | {
      readonly ok: true;
      readonly raw: string | undefined;
      readonly result: JsonObject | undefined;
      readonly jobId: string | undefined;
    }
  | { readonly ok: false; readonly failure: HopFailure; readonly jobId: string | undefined };

/** A question without what can't travel. */
export type SentQuestion = Omit<PeerQuestion, 'signal'> & { readonly id: number };

interface OpenHop {
  readonly hop: HopRequest;
  /** Questions that wait for the caller, each with what takes it back. */
  readonly questions: Map<number, AbortController>;
  end(result: HopResult): void;
}

/** The calls of this process to upstreams of the one that started it. */
export class RemoteHops {
  readonly #peer: Peer;
  readonly #open = new PendingMap<number, OpenHop>();
  readonly #owners = new WeakMap<object, number>();
  #nextId = 0;
  #nextOwner = 0;

  constructor(peer: Peer) {
    this.#peer = peer;
    peer.serve({
      'hop.begin': (id: number, queueWaitMillis: number) => this.#begin(id, queueWaitMillis),
      'hop.notify': (id: number, method: string, params: JsonObject | undefined) =>
        this.#open.get(id)?.hop.peer?.notify(method, params),
      'hop.ask': (id: number, question: SentQuestion) => this.#ask(id, question),
      'hop.unask': (id: number, questionId: number) => this.#open.get(id)?.questions.get(questionId)?.abort(),
      'hop.accepted': (id: number) => this.#open.get(id)?.hop.job?.accepted(),
      'hop.named': (id: number, jobId: string) => this.#open.get(id)?.hop.job?.named(jobId),
      'hop.becameTask': (id: number) => this.#open.get(id)?.hop.job?.becameTask(),
      'hop.sent': (id: number, jsonrpcId: number) => this.#open.get(id)?.hop.onSent?.(jsonrpcId),
      'hop.retry': (id: number, retry: HopRetry) => this.#open.get(id)?.hop.onRetry?.(retry),
      'hop.waited': (id: number, queueWaitMillis: number) => this.#open.get(id)?.hop.onWaited?.(queueWaitMillis),
    });
  }

  /** Never rejects. @param ending Aborts with a result when calls are to end here. */
  async run(instanceId: string, hop: HopRequest, ending: AbortSignal): Promise<HopResult> {
    if (hop.signal?.aborted === true) {
      return cancelled();
    }
    const id = (this.#nextId += 1);
    const { promise: ended, resolve: end } = Promise.withResolvers<HopResult>();
    this.#open.set(id, { hop, questions: new Map(), end });
    const abort = (): void => this.#peer.tell('hop.abort', id);
    const withdraw = (): void => this.#peer.tell('hop.withdraw', id);
    const finish = (): void => {
      abort();
      end(shuttingDown());
    };
    hop.signal?.addEventListener('abort', abort);
    hop.job?.withdrawal.addEventListener('abort', withdraw);
    ending.addEventListener('abort', finish);
    try {
      return await Promise.race([ended, this.#send(this.#toSent(id, instanceId, hop))]);
    } finally {
      this.#open.get(id)?.questions.forEach((question) => question.abort());
      this.#open.delete(id);
      hop.signal?.removeEventListener('abort', abort);
      hop.job?.withdrawal.removeEventListener('abort', withdraw);
      ending.removeEventListener('abort', finish);
    }
  }

  async #send(sent: SentHop): Promise<HopResult> {
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what ServedHops answers
      return toResult((await this.#peer.call('hop.run', sent)) as SentResult);
    } catch {
      return failed('internal', 'The gateway lost the process that has the server', { backendErrorKind: 'other' });
    }
  }

  #begin(id: number, queueWaitMillis: number): HopEnvelope | Promise<HopEnvelope> {
    const open = this.#open.get(id);
    if (open === undefined) {
      throw new TypeError('nobody waits for this call any more');
    }
    return open.hop.begin(queueWaitMillis);
  }

  async #ask(id: number, { id: questionId, ...question }: SentQuestion): Promise<PeerAnswer | undefined> {
    const open = this.#open.get(id);
    const taken = new AbortController();
    open?.questions.set(questionId, taken);
    const answer = await open?.hop.peer?.ask?.({ ...question, signal: taken.signal });
    open?.questions.delete(questionId);
    return answer;
  }

  #toSent(id: number, instanceId: string, hop: HopRequest): SentHop {
    const { method, params, rawParams, timeoutMillis, maxTimeoutMillis, requestId, user, peer, job, isRead } = hop;
    return {
      id,
      instanceId,
      method,
      params,
      timeoutMillis,
      maxTimeoutMillis,
      ...(requestId === undefined ? {} : { requestId }),
      ...(isRead === undefined ? {} : { isRead }),
      rawParams: rawParams && toTexts(rawParams),
      user: user && { id: user.id, token: user.token() },
      peer: peer && this.#toSentPeer(peer),
      asksForTask: job?.asksForTask,
    };
  }

  #toSentPeer(peer: HopPeer): SentPeer {
    const { capabilities, clientInfo, logLevel, era, takesInputRequired, rootsOwner } = peer;
    return {
      capabilities,
      ...(clientInfo === undefined ? {} : { clientInfo }),
      ...(logLevel === undefined ? {} : { logLevel }),
      ...(era === undefined ? {} : { era }),
      ...(takesInputRequired === undefined ? {} : { takesInputRequired }),
      rootsOwner: rootsOwner && this.#ownerOf(rootsOwner),
      canAsk: peer.ask !== undefined,
    };
  }

  #ownerOf(owner: object): number {
    const known = this.#owners.get(owner);
    if (known !== undefined) {
      return known;
    }
    this.#nextOwner += 1;
    this.#owners.set(owner, this.#nextOwner);
    return this.#nextOwner;
  }
}

function toTexts(rawParams: NonNullable<HopRequest['rawParams']>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(rawParams).flatMap(([name, raw]) => (raw === undefined ? [] : [[name, raw.text] as const])),
  );
}

function toResult(sent: SentResult): HopResult {
  const job = sent.jobId === undefined ? {} : { jobId: sent.jobId };
  if (!sent.ok) {
    return { ok: false, failure: sent.failure, ...job };
  }
  if (sent.raw === undefined) {
    return { ok: true, result: sent.result ?? {}, ...job };
  }
  const raw = RawJson.read(sent.raw);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was the text of an object on the other side
  return { ok: true, raw, result: raw.value as JsonObject, ...job };
}
