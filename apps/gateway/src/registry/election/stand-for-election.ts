import { setTimeout as delay } from 'node:timers/promises';
import { askToYield } from './ask-to-yield.ts';
import { Contest } from './contest.ts';
import { PortHeldError } from './port-held-error.ts';
import { askHolder, type PortHolder } from './port-holder.ts';

/** Between two tries while the port is about to be free. */
const SOON_MILLIS = 50;
/** Between two tries of one that waits: it has the port well within a second after it is free. */
const WAIT_MILLIS = 200;
/** Between two tries where another port is missing: each has the first one for a moment. */
const BESIDE_MILLIS = 1_000;
/** How often one that waits looks who holds the port: for each try would be a request too many. */
const LOOK_MILLIS = 5_000;

/** A gateway that stands for a port. */
export interface Candidate<Won> {
  readonly version: string;
  /** Where this machine may reach whoever holds the port: `http://127.0.0.1:9765`; one or more. */
  readonly urls: readonly string[];
  /** Whether to go on after the election is lost, until the port is free. */
  readonly waits: boolean;
  /** Aborts when nobody wants the port any more. */
  readonly signal: AbortSignal;
  /** Tries to have the port for itself. @throws What {@link isHeld} knows, where another one has it. */
  bind(): Promise<Won>;
  /** Whether the error says that a port is taken; `beside`: one that nobody is elected for, such as that of metrics. */
  isHeld(error: unknown): false | 'port' | 'beside';
  /** The secret of the gateway there. */
  readSecret(): Promise<string | undefined>;
  /** The port is held, for the first time: said to whoever waits. */
  onHeld(error: unknown): void;
  /** The election is lost to a gateway there: once for each start. */
  onLost(url: string): void;
}

/**
 * Stands for a port until it is won or lost. The bind decides; who holds the port is asked only to know what to do next.
 *
 * @throws {PortHeldError} When another one keeps it.
 * @throws Whatever else `bind` throws, and when `signal` aborts.
 */
export async function standForElection<Won>(candidate: Candidate<Won>): Promise<Won> {
  const election = new Election(candidate);
  for (;;) {
    candidate.signal.throwIfAborted();
    try {
      return await candidate.bind();
    } catch (error) {
      await election.held(error);
    }
  }
}

class Election {
  readonly #candidate: Candidate<unknown>;
  readonly #contest: Contest;
  #isTold = false;
  #hasLost = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Where somebody was asked last. */
  #url = '';

  constructor(candidate: Candidate<unknown>) {
    this.#candidate = candidate;
    this.#contest = new Contest(candidate.version);
  }

  /** Returns when the port is to be tried again. @throws When it is not. */
  async held(error: unknown): Promise<void> {
    const candidate = this.#candidate;
    const which = candidate.isHeld(error);
    if (which === false || (which === 'beside' && !candidate.waits && !this.#contest.isHandedOver(performance.now()))) {
      throw error;
    }
    if (!this.#isTold) {
      this.#isTold = true;
      candidate.onHeld(error);
    }
    if (which === 'beside') {
      await this.#pause(this.#contest.isHandedOver(performance.now()) ? SOON_MILLIS : BESIDE_MILLIS);
    } else if (this.#hasLost && performance.now() - this.#lookedAt < LOOK_MILLIS) {
      await this.#pause(WAIT_MILLIS);
    } else {
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const holder = await this.#ask();
    this.#lookedAt = performance.now();
    switch (this.#contest.next(holder, this.#lookedAt)) {
      case 'again':
        return this.#pause(SOON_MILLIS);
      case 'challenge':
        return this.#challenge(holder);
      case 'foreign':
        throw new PortHeldError(holder, 'foreign', { url: this.#url });
      case 'lost':
      default:
        return this.#lose(holder);
    }
  }

  /** The first that answers: of every address the holder may have a single one. */
  async #ask(): Promise<PortHolder> {
    let holder: PortHolder = { kind: 'gone' };
    for (const url of this.#candidate.urls) {
      this.#url = url;
      holder = await askHolder(url, this.#candidate.signal);
      if (holder.kind !== 'gone') {
        break;
      }
    }
    return holder;
  }

  async #challenge(holder: PortHolder): Promise<void> {
    const { version, signal } = this.#candidate;
    const secret = await this.#candidate.readSecret();
    const answer = await askToYield({ url: this.#url, version, secret, signal });
    if (!answer.ok) {
      return this.#lose(holder, answer.reason);
    }
    this.#contest.promised(performance.now());
    return this.#pause(SOON_MILLIS);
  }

  async #lose(holder: PortHolder, refusal?: string): Promise<void> {
    if (!this.#hasLost) {
      this.#hasLost = true;
      this.#candidate.onLost(this.#url);
    }
    if (!this.#candidate.waits) {
      throw new PortHeldError(holder, 'lost', { url: this.#url, refusal });
    }
    await this.#pause(WAIT_MILLIS);
  }

  async #pause(millis: number): Promise<void> {
    await delay(millis, undefined, { signal: this.#candidate.signal });
  }
}
