import { BoundedMap, PendingMap } from '@dcc-mcp/bounds';
import { RawJson } from '../../../protocol/json/raw-json.ts';
import { failed } from '../../../upstream/hop/failures.ts';
import type {
  HopEnvelope,
  HopJob,
  HopPeer,
  HopRequest,
  HopResult,
  PeerAnswer,
  PeerQuestion,
  Upstream,
} from '../../../upstream/upstream.ts';
import type { Peer, Services } from '../channel/peer.ts';
import type { SentHop, SentResult } from './remote-hops.ts';

/** Callers of one worker whose roots a server may have. */
const MAX_OWNERS = 1_000;

interface Running {
  readonly cancel: AbortController;
  readonly withdrawal: AbortController;
}

const GONE: PeerAnswer = { error: { code: -32_000, message: 'The client can no longer be asked' } };

/** The calls of one worker to upstreams that this process has. */
export class ServedHops {
  readonly #peer: Peer;
  readonly #upstreamOf: (instanceId: string) => Upstream | undefined;
  readonly #running = new PendingMap<number, Running>();
  readonly #owners = new BoundedMap<number, object>({ maxEntries: MAX_OWNERS });
  #nextQuestion = 0;

  constructor(peer: Peer, upstreamOf: (instanceId: string) => Upstream | undefined) {
    this.#peer = peer;
    this.#upstreamOf = upstreamOf;
  }

  services(): Services {
    return {
      'hop.run': (sent: SentHop) => this.#run(sent),
      'hop.abort': (id: number) => this.#running.get(id)?.cancel.abort(),
      'hop.withdraw': (id: number) => this.#running.get(id)?.withdrawal.abort(),
    };
  }

  /** The worker is gone, and those who waited there with it. */
  end(): void {
    for (const { cancel } of this.#running.values()) {
      cancel.abort();
    }
  }

  async #run(sent: SentHop): Promise<SentResult> {
    const upstream = this.#upstreamOf(sent.instanceId);
    if (upstream === undefined) {
      return toSent(failed('backend-unreachable', 'The server is there no longer'));
    }
    const running = { cancel: new AbortController(), withdrawal: new AbortController() };
    this.#running.set(sent.id, running);
    const result = await upstream.request(this.#toHop(sent, running));
    this.#running.delete(sent.id);
    return toSent(result);
  }

  #toHop(sent: SentHop, { cancel, withdrawal }: Running): HopRequest {
    const { id, instanceId: _, rawParams, user, peer, asksForTask, ...rest } = sent;
    return {
      ...rest,
      rawParams: rawParams && toRaw(rawParams),
      user: user && { id: user.id, token: () => user.token },
      signal: cancel.signal,
      peer: peer && this.#toPeer(id, peer),
      job: asksForTask === undefined ? undefined : this.#toJob(id, asksForTask, withdrawal.signal),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what RemoteHops answers
      begin: (queueWaitMillis) => this.#peer.call('hop.begin', id, queueWaitMillis) as Promise<HopEnvelope>,
      onSent: (jsonrpcId) => this.#peer.tell('hop.sent', id, jsonrpcId),
      onRetry: (retry) => this.#peer.tell('hop.retry', id, retry),
      onWaited: (queueWaitMillis) => this.#peer.tell('hop.waited', id, queueWaitMillis),
    };
  }

  #toPeer(id: number, { rootsOwner, canAsk, ...rest }: NonNullable<SentHop['peer']>): HopPeer {
    return {
      ...rest,
      ...(rootsOwner === undefined ? {} : { rootsOwner: this.#ownerOf(rootsOwner) }),
      notify: (method, params) => this.#peer.tell('hop.notify', id, method, params),
      ...(canAsk ? { ask: (question) => this.#ask(id, question) } : {}),
    };
  }

  #toJob(id: number, asksForTask: boolean, withdrawal: AbortSignal): HopJob {
    return {
      asksForTask,
      withdrawal,
      accepted: () => this.#peer.tell('hop.accepted', id),
      named: (jobId) => this.#peer.tell('hop.named', id, jobId),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what RemoteHops answers
      becameTask: () => this.#peer.call('hop.becameTask', id) as Promise<number | undefined>,
    };
  }

  async #ask(id: number, { signal, ...question }: PeerQuestion): Promise<PeerAnswer> {
    const questionId = (this.#nextQuestion += 1);
    const takeBack = (): void => this.#peer.tell('hop.unask', id, questionId);
    signal.addEventListener('abort', takeBack, { once: true });
    try {
      const answer = await this.#peer.call('hop.ask', id, { ...question, id: questionId });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what RemoteHops answers
      return (answer as PeerAnswer | undefined) ?? GONE;
    } catch {
      return GONE;
    } finally {
      signal.removeEventListener('abort', takeBack);
    }
  }

  #ownerOf(id: number): object {
    const owner = this.#owners.get(id) ?? {};
    this.#owners.set(id, owner);
    return owner;
  }
}

function toRaw(texts: Readonly<Record<string, string>>): NonNullable<HopRequest['rawParams']> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, RawJson.read(text)]));
}

function toSent(given: HopResult): SentResult {
  const { jobId } = given;
  if (!given.ok) {
    return { ok: false, failure: given.failure, jobId };
  }
  const raw = given.raw?.text;
  return { ok: true, raw, result: raw === undefined ? given.result : undefined, jobId };
}
