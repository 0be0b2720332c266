import { randomUUID } from 'node:crypto';
import { type RedisLink, RedisUnavailable, slotTag } from '../link/redis-link.ts';

/** What a room shares, and how. */
export interface JoinedRoomOptions {
  readonly link: RedisLink;
  /** The part of its keys that puts them into one slot of a cluster. */
  readonly name: string;
  /** Gives Redis what this gateway has alone. `hasLost`: Redis does not have any more what it had. @throws {RedisUnavailable} */
  readonly share: (hasLost: boolean) => Promise<void>;
  /** Whether there is something that only this gateway has. */
  readonly isAhead: () => boolean;
  /** Told of what should not have been thrown. */
  readonly onError: (error: unknown) => void;
}

/** How long after a failure the room is shared again, where the link does not say that Redis is back. */
const RETRY_MILLIS = 1_000;
/** A Redis that kept its data for longer than this without a word of the room is taken for a new one: all is shared again. */
const EPOCH_MILLIS = 30 * 24 * 60 * 60_000;
/** Rounds in which a room is shared; what changes in the last of them is shared with the next failure or return. */
const MAX_ROUNDS = 10;

/**
 * One room of the state: in Redis while Redis is there, in this process while it is not. What this gateway did alone is
 * given to Redis before Redis is asked again.
 */
export class JoinedRoom {
  readonly #options: JoinedRoomOptions;
  readonly #epochKey: string;
  readonly #stops: (() => void)[];
  #epoch: string | undefined;
  #isJoined = false;
  #joining: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: JoinedRoomOptions) {
    const { link, name } = options;
    this.#options = options;
    this.#epochKey = link.key(slotTag(name), 'epoch');
    this.#stops = [link.onUp(() => void this.join()), link.onDown(() => this.#leave())];
    if (link.isUp) {
      void this.join();
    }
  }

  /** Whether Redis is asked. */
  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Names the data that Redis had when the room was joined; Redis has another name, or none, once it has lost that. */
  get epoch(): string | undefined {
    return this.#epoch;
  }

  /** What Redis says, or else this process. */
  async run<T>(remote: () => Promise<T>, local: () => Promise<T>): Promise<T> {
    if (!this.#isJoined) {
      return local();
    }
    try {
      return await remote();
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) {
        throw error;
      }
      this.#leave();
      this.#retry();
      return local();
    }
  }

  /** Redis has not what it had: everything is shared again. */
  rejoin(): Promise<boolean> {
    this.#leave();
    return this.join();
  }

  /** Shares what this gateway has, where Redis is there. Never rejects. @returns Whether Redis is asked from now on. */
  async join(): Promise<boolean> {
    this.#joining ??= this.#join().finally(() => {
      this.#joining = undefined;
    });
    await this.#joining;
    return this.#isJoined;
  }

  close(): void {
    this.#leave();
    clearTimeout(this.#timer);
    this.#stops.forEach((stop) => stop());
  }

  async #join(): Promise<void> {
    const { link, share, isAhead, onError } = this.#options;
    if (this.#isJoined || !link.isUp) {
      return;
    }
    try {
      const epoch = await this.#readEpoch();
      const hasLost = this.#epoch !== undefined && epoch !== this.#epoch;
      await share(hasLost);
      for (let round = 1; isAhead() && round < MAX_ROUNDS; round += 1) {
        await share(false);
      }
      this.#epoch = epoch;
      this.#isJoined = link.isUp;
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) {
        onError(error);
      }
      this.#retry();
    }
  }

  /** The name that Redis has for its data; one that is new has none yet. */
  async #readEpoch(): Promise<string> {
    const epoch = randomUUID();
    const before = await this.#options.link.send([
      'SET',
      this.#epochKey,
      epoch,
      'NX',
      'GET',
      'PX',
      String(EPOCH_MILLIS),
    ]);
    return typeof before === 'string' ? before : epoch;
  }

  #leave(): void {
    this.#isJoined = false;
  }

  #retry(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.join(), RETRY_MILLIS).unref();
  }
}
