import type { Ledger } from './ledger.ts';

/** What is known of tools, and which may be used: at one gateway, or at several with the commands of their user. */
export interface Approvals {
  /** @throws Where what is there can't be told. */
  read(): Promise<Ledger>;
  /**
   * Changes what is there, whole or not at all, and nobody else in between. Nothing is written where `change` gives the
   * same object back.
   *
   * @returns What is there now.
   * @throws Where it can't be read or written.
   */
  update(change: (ledger: Ledger) => Ledger): Promise<Ledger>;
  /** Moves with each change by anybody; cheap enough to be asked for every second. */
  revision(): Promise<string>;
}
