import { setTimeout as wait } from 'node:timers/promises';
import type { HopPeer, PeerAnswer, PeerQuestion } from '../upstream.ts';

/** How long a server may take to ask once it is told that the roots changed; one that doesn't is not told again. */
const ASK_MILLIS = 500;
/** How long the caller may take to tell its roots. */
const ANSWER_MILLIS = 5_000;
/** How long a server has to take over what it was told: it looks at the folders first, and does not say when it is done. */
const SETTLE_MILLIS = 50;

/** The gateway has no folders of its own, and those of one caller are not another's. */
export const NO_ROOTS: PeerAnswer = { result: { roots: [] } };

interface Giving {
  readonly peer: HopPeer;
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
  /** Whether it does not ask again when it is told of a change. */
  #ignoresChanges = false;
  /** Whose roots the server has: {@link HopPeer.rootsOwner}. */
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
    const giving = this.#giving;
    giving?.onAsked();
    const peer = giving?.peer ?? sole;
    if (peer?.ask === undefined || peer.rootsOwner === undefined) {
      return NO_ROOTS;
    }
    this.#owner = peer.rootsOwner;
    const answer = await peer.ask({ ...question, signal: AbortSignal.timeout(ANSWER_MILLIS) });
    giving?.onAnswered();
    return 'result' in answer ? answer : NO_ROOTS;
  }

  /** Sees to it that the server has the roots of whoever calls next. */
  async give(peer: HopPeer | undefined, tellChanged: () => Promise<void>): Promise<void> {
    if (!this.#isWanted || this.#ignoresChanges || peer?.ask === undefined || peer.rootsOwner === undefined) {
      return;
    }
    // One after the other: the server keeps one list, and does not say whom it asks for.
    this.#given = this.#given.then(() => this.#give(peer, tellChanged));
    await this.#given;
  }

  async #give(peer: HopPeer, tellChanged: () => Promise<void>): Promise<void> {
    if (peer.rootsOwner === this.#owner || this.#ignoresChanges) {
      return;
    }
    const asked = Promise.withResolvers<true>();
    const answered = Promise.withResolvers<true>();
    this.#giving = { peer, onAsked: () => asked.resolve(true), onAnswered: () => answered.resolve(true) };
    await tellChanged();
    if (await within(ASK_MILLIS, asked.promise)) {
      await within(ANSWER_MILLIS, answered.promise);
      await wait(SETTLE_MILLIS);
    } else {
      this.#ignoresChanges = true;
    }
    this.#giving = undefined;
  }
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
