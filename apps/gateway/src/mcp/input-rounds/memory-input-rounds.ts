import type { InputRound, InputRounds } from './input-rounds.ts';

/** Bounds of {@link MemoryInputRounds}. */
export interface MemoryInputRoundsOptions {
  /** Rounds at once, default 1,000. */
  readonly maxRounds?: number;
}

const MAX_ROUNDS = 1_000;

/** Input rounds in the memory of this process. */
export class MemoryInputRounds implements InputRounds {
  /** The first is the one noted longest ago. */
  readonly #rounds = new Map<string, InputRound>();
  readonly #maxRounds: number;

  constructor({ maxRounds = MAX_ROUNDS }: MemoryInputRoundsOptions = {}) {
    this.#maxRounds = maxRounds;
  }

  async put(round: InputRound): Promise<void> {
    this.#rounds.delete(round.requestState);
    this.#rounds.set(round.requestState, round);
    const [oldest] = this.#rounds.keys();
    if (this.#rounds.size > this.#maxRounds && oldest !== undefined) {
      this.#rounds.delete(oldest);
    }
  }

  async find(requestState: string, now: number): Promise<InputRound | undefined> {
    const round = this.#rounds.get(requestState);
    if (round !== undefined && round.expiresAt <= now) {
      this.#rounds.delete(requestState);
      return undefined;
    }
    return round;
  }

  async remove(requestState: string): Promise<void> {
    this.#rounds.delete(requestState);
  }
}
