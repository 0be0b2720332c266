/** A call that needs input of its client: what a gateway needs to know that does not hold the call itself. */
export interface InputRound {
  /** Names the call in what its client sends next. */
  readonly requestState: string;
  /** Who was authenticated when it was asked: nobody else may go on with it. Absent where nothing guards the gateway. */
  readonly principal: string | undefined;
  /** The gateway that holds the call; absent where the upstream does, by a state of its own. */
  readonly gatewayId: string | undefined;
  /** Keys of the questions that are open. */
  readonly keys: readonly string[];
  /** Epoch milliseconds; by then the call has ended, or its gateway has. */
  readonly expiresAt: number;
}

/** The rounds of one gateway, or of several that share them. */
export interface InputRounds {
  /**
   * Notes a round, or what is open in it now. Past the bound of its principal, and past that of all, the round noted
   * longest ago is forgotten.
   */
  put(round: InputRound): Promise<void>;
  /** @returns `undefined` where nobody waits, or nobody does any more at `now`. */
  find(requestState: string, now: number): Promise<InputRound | undefined>;
  remove(requestState: string): Promise<void>;
}
