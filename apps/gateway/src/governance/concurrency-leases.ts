/** One place among the operations that a principal may run at once, held until it is released or expires. */
export interface ConcurrencyLease {
  readonly id: string;
  readonly principal: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * The running operations of each principal, at one gateway or at several that share them. Leases expire so that a
 * gateway that dies gives its places back.
 */
export interface ConcurrencyLeases {
  /** Takes one of `max` places, at once: two callers never get the same. @returns False when all are held at `now`. */
  acquire(lease: ConcurrencyLease, bounds: { readonly max: number; readonly now: number }): Promise<boolean>;
  /** Sets the expiry of leases that are still held; one that was released stays so. */
  renew(leases: readonly ConcurrencyLease[]): Promise<void>;
  /** Gives a place back; nothing happens where it is not held any more. */
  release(lease: Pick<ConcurrencyLease, 'id' | 'principal'>): Promise<void>;
}
