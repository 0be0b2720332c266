/** A call that waits for input of its client: what a gateway needs to know that does not hold the call itself. */
export interface InputRound {
  /** Names the call in what its client sends next. */
  readonly requestState: string;
  /** The gateway that holds the call. */
  readonly gatewayId: string;
  /** Keys of the questions that are open. */
  readonly keys: readonly string[];
  /** Epoch milliseconds; by then the call has ended, or its gateway has. */
  readonly expiresAt: number;
}

/** The rounds of one gateway, or of several that share them. */
export interface InputRounds {
  /** Notes a round, or what is open in it now. Past the bound the round noted longest ago is forgotten. */
  put(round: InputRound): Promise<void>;
  /** @returns `undefined` where nobody waits, or nobody does any more at `now`. */
  find(requestState: string, now: number): Promise<InputRound | undefined>;
  remove(requestState: string): Promise<void>;
}
