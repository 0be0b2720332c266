import type { InputRound, InputRounds } from './input-rounds.ts';

/** Bounds of {@link MemoryInputRounds}. */
export interface MemoryInputRoundsOptions {
  /** Rounds at once, default 10,000. */
  readonly maxRounds?: number;
  /** Rounds of one principal, default 1,000: nobody makes the gateway forget those of another. */
  readonly maxPerPrincipal?: number;
}

const MAX_ROUNDS = 10_000;
const MAX_PER_PRINCIPAL = 1_000;

/** Input rounds in the memory of this process. */
export class MemoryInputRounds implements InputRounds {
  /** The first is the one noted longest ago. */
  readonly #rounds = new Map<string, InputRound>();
  /** The same for each principal: the states of its rounds. */
  readonly #states = new Map<string | undefined, Set<string>>();
  readonly #maxRounds: number;
  readonly #maxPerPrincipal: number;

  constructor({ maxRounds = MAX_ROUNDS, maxPerPrincipal = MAX_PER_PRINCIPAL }: MemoryInputRoundsOptions = {}) {
    this.#maxRounds = maxRounds;
    this.#maxPerPrincipal = maxPerPrincipal;
  }

  async put(round: InputRound): Promise<void> {
    const { requestState, principal } = round;
    this.#remove(requestState);
    this.#rounds.set(requestState, round);
    const states = this.#states.get(principal) ?? new Set();
    this.#states.set(principal, states.add(requestState));
    const [oldestOfPrincipal] = states;
    if (states.size > this.#maxPerPrincipal && oldestOfPrincipal !== undefined) {
      this.#remove(oldestOfPrincipal);
    }
    const [oldest] = this.#rounds.keys();
    if (this.#rounds.size > this.#maxRounds && oldest !== undefined) {
      this.#remove(oldest);
    }
  }

  async find(requestState: string, now: number): Promise<InputRound | undefined> {
    const round = this.#rounds.get(requestState);
    if (round !== undefined && round.expiresAt <= now) {
      this.#remove(requestState);
      return undefined;
    }
    return round;
  }

  async remove(requestState: string): Promise<void> {
    this.#remove(requestState);
  }

  #remove(requestState: string): void {
    const round = this.#rounds.get(requestState);
    if (round === undefined) {
      return;
    }
    this.#rounds.delete(requestState);
    const states = this.#states.get(round.principal);
    states?.delete(requestState);
    if (states?.size === 0) {
      this.#states.delete(round.principal);
    }
  }
}
