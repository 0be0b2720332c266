import { setTimeout as wait } from 'node:timers/promises';
import type { HopPeer, PeerAnswer, PeerQuestion } from '../upstream.ts';

/** How long a server may take to ask once it is told that the roots changed; one that doesn't is not told again. */
const ASK_MILLIS = 500;
/** How long the caller may take to tell its roots. */
const ANSWER_MILLIS = 5_000;
/**
 * How long a server has at least, and at most, to take over what it was told: it looks at the folders first, and does not
 * say when it is done. One that was slow to ask, because the machine is busy, is given a multiple of that.
 */
const SETTLE_MILLIS = 50;
const MAX_SETTLE_MILLIS = 1_000;
const SETTLE_FACTOR = 5;

/** The gateway has no folders of its own, and those of one caller are not another's. */
export const NO_ROOTS: PeerAnswer = { result: { roots: [] } };

interface Giving {
  readonly peer: HopPeer | undefined;
  readonly onAsked: () => void;
  readonly onAnswered: () => void;
}

/**
 * The roots that a server of the handshake era works with. Most ask for them beside any call, once and whenever they
 * change, and keep them for all calls: so they are told of a change before a call of somebody whose roots they don't have.
 */
export class CallerRoots {
  /** Whether the server has asked beside calls. */
  #isWanted = false;
  /** Whether it does not ask again when it is told of a change; one that asks late is told again. */
  #ignoresChanges = false;
  /** Whose roots the server has ({@link HopPeer.rootsOwner}); absent: nobody's. */
  #owner: object | undefined;
  #giving: Giving | undefined;
  #given = Promise.resolve();

  /** A new conversation begins: the server knows nothing yet. */
  reset(): void {
    this.#isWanted = false;
    this.#ignoresChanges = false;
    this.#owner = undefined;
  }

  /** Answers a question that belongs to no call; `sole` is the caller that it may belong to, where there is only one. */
  async answer(question: Omit<PeerQuestion, 'signal'>, sole: HopPeer | undefined): Promise<PeerAnswer> {
    this.#isWanted = true;
    this.#ignoresChanges = false;
    const giving = this.#giving;
    giving?.onAsked();
    const peer = giving === undefined ? sole : giving.peer;
    this.#owner = ownerOf(peer);
    const signal = AbortSignal.timeout(ANSWER_MILLIS);
    const answer = this.#owner === undefined ? NO_ROOTS : await peer?.ask?.({ ...question, signal });
    giving?.onAnswered();
    return answer !== undefined && 'result' in answer ? answer : NO_ROOTS;
  }

  /** Whether the server has the roots of somebody else than `peer`, who calls next. */
  isNews(peer: HopPeer | undefined): boolean {
    return this.#isWanted && !this.#ignoresChanges && ownerOf(peer) !== this.#owner;
  }

  /**
   * Sees to it that the server has the roots of `peer`, or none where that has none.
   *
   * @param isAwaited False when the call that they are for has ended: then nobody else waits for them.
   */
  async give(peer: HopPeer | undefined, isAwaited: () => boolean, tellChanged: () => Promise<void>): Promise<void> {
    // One after the other: the server keeps one list, and does not say whom it asks for.
    this.#given = this.#given.then(() =>
      this.isNews(peer) && isAwaited() ? this.#give(peer, tellChanged) : undefined,
    );
    await this.#given;
  }

  async #give(peer: HopPeer | undefined, tellChanged: () => Promise<void>): Promise<void> {
    const asked = Promise.withResolvers<true>();
    const answered = Promise.withResolvers<true>();
    this.#giving = { peer, onAsked: () => asked.resolve(true), onAnswered: () => answered.resolve(true) };
    try {
      const toldAt = performance.now();
      await tellChanged();
      if (await within(ASK_MILLIS, asked.promise)) {
        const settleMillis = (performance.now() - toldAt) * SETTLE_FACTOR;
        await within(ANSWER_MILLIS, answered.promise);
        await wait(Math.min(Math.max(SETTLE_MILLIS, settleMillis), MAX_SETTLE_MILLIS));
      } else {
        this.#ignoresChanges = true;
      }
    } catch {
      // The connection is over; the call that comes next says so.
    } finally {
      this.#giving = undefined;
    }
  }
}

function ownerOf(peer: HopPeer | undefined): object | undefined {
  return peer?.ask === undefined ? undefined : peer.rootsOwner;
}

/** @returns Whether it came in time. */
async function within(millis: number, event: Promise<true>): Promise<boolean> {
  const ended = new AbortController();
  try {
    return await Promise.race([event, wait(millis, false, { signal: ended.signal })]);
  } finally {
    ended.abort();
  }
}
