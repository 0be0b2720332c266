import type { PortHolder } from './port-holder.ts';
import { isNewer } from './version-order.ts';

/** How long a gateway that drains is waited for. */
const DRAIN_MILLIS = 5_000;
/**
 * How long a holder that ends its connections, or takes none, may still be one that is just ending; and how long one may
 * say nothing: a gateway that starts on a busy machine answers late.
 */
const PATIENCE_MILLIS = { gone: 1_000, silent: 6_000 } as const;
/** How long it may do either by turns. */
const MUTE_MILLIS = 10_000;
/** How long a gateway that has promised its port may take: it finishes calls (10 s) and closes (1 s). */
const PROMISE_MILLIS = 15_000;

/** What a candidate does next. `again`: try the port. */
export type Step = 'again' | 'challenge' | 'lost' | 'foreign';

type Gateway = Extract<PortHolder, { kind: 'gateway' }>;

/** One contest for a port, from the first time that it is held: what was seen of the holder, and what follows from that. */
export class Contest {
  readonly #version: string;
  /** The state that the holder is in, and since when, in milliseconds of a monotonic clock. */
  #seen: { readonly state: string; readonly since: number } | undefined;
  /** Since when it has not answered. */
  #muteSince: number | undefined;
  #hasSeenGateway = false;
  #hasAsked = false;
  #promisedUntil = Number.NEGATIVE_INFINITY;

  constructor(version: string) {
    this.#version = version;
  }

  /** Whether the port is about to be given back. */
  isHandedOver(now: number): boolean {
    return now < this.#promisedUntil || this.#seen?.state === 'draining';
  }

  /** The holder has said that it gives the port up. */
  promised(now: number): void {
    this.#promisedUntil = now + PROMISE_MILLIS;
  }

  /** What follows from what was just seen of the holder. */
  next(holder: PortHolder, now: number): Step {
    const state = holder.kind === 'gateway' && holder.isDraining ? 'draining' : holder.kind;
    if (this.#seen?.state !== state) {
      this.#seen = { state, since: now };
    }
    this.#hasSeenGateway ||= holder.kind === 'gateway';
    if (holder.kind === 'other') {
      return 'foreign';
    }
    const millis = now - this.#seen.since;
    if (holder.kind === 'gateway') {
      this.#muteSince = undefined;
      return this.#nextOfGateway(holder, millis, now < this.#promisedUntil);
    }
    this.#muteSince ??= now;
    const isOver = millis >= PATIENCE_MILLIS[holder.kind] || now - this.#muteSince >= MUTE_MILLIS;
    return isOver && now >= this.#promisedUntil ? this.#nextOfMute() : 'again';
  }

  #nextOfGateway({ version, isDraining }: Gateway, millis: number, hasPromised: boolean): Step {
    if (hasPromised && (isDraining || isNewer(this.#version, version))) {
      return 'again';
    }
    if (isDraining) {
      return millis < DRAIN_MILLIS ? 'again' : 'lost';
    }
    if (this.#hasAsked || !isNewer(this.#version, version)) {
      return 'lost';
    }
    this.#hasAsked = true;
    return 'challenge';
  }

  /** One that was ours may be stopped or very busy; whose it is that never said a word is another matter. */
  #nextOfMute(): Step {
    return this.#hasSeenGateway ? 'lost' : 'foreign';
  }
}
