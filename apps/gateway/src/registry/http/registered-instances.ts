import type { Leave } from '../table/leave.ts';

/** What an instance says of itself when it registers. */
export interface Registration {
  /** A UUID in lower case. */
  readonly instanceId: string;
  /** Of `[a-z0-9_-]`. */
  readonly dccType: string;
  readonly mcpUrl: string;
  /** How long it may be silent, in seconds. */
  readonly ttlSecs: number;
  readonly scene?: string | undefined;
  readonly adapterVersion?: string | undefined;
  readonly capabilitiesFingerprint?: string | undefined;
  /** Address that it registered from. */
  readonly peer?: string | undefined;
  /** Who registered it first; absent where callers are not told apart. */
  readonly owner?: string | undefined;
}

/** What may change while an instance lives. */
export interface InstanceNews {
  readonly scene?: string;
  readonly capabilitiesFingerprint?: string;
}

/** An instance that has registered and is not overdue; times in epoch milliseconds. */
export interface RegisteredInstance extends Registration {
  readonly registeredAt: number;
  readonly heartbeatAt: number;
  /** Its address is one of another machine's loopback: here it is nobody's, or somebody else's. Such a one is not listed. */
  readonly isElsewhere?: true;
}

/** What came of a registration. */
export type RegisterOutcome =
  | { readonly kind: 'added' | 'updated'; readonly instance: RegisteredInstance }
  /** It is registered with another address, and by somebody else. */
  | { readonly kind: 'conflict'; readonly instance: RegisteredInstance }
  /** There are as many as there may be. */
  | { readonly kind: 'full' };

/** How long is known how an instance has left. */
export const LEAVE_MILLIS: number = 60 * 60_000;

/** The most instances that may be registered at a time. */
export const MAX_REGISTERED = 1_000;

/**
 * The instances that registered over HTTP, at one gateway or at several that share them. One whose time to live has
 * passed since its last heartbeat is not there any more, for any of these methods.
 */
export interface RegisteredInstances {
  /**
   * Adds the instance, or updates the one of the same id, at once: of two at a time with two addresses one is refused.
   * Whoever registered it first may give it another address; others may not. It stays theirs.
   */
  register(registration: Registration): Promise<RegisterOutcome>;
  /**
   * Notes that it lives, and what of it has changed; what is absent stays as it was.
   *
   * @returns It, unless there is none of that id.
   */
  heartbeat(instanceId: string, news?: InstanceNews): Promise<RegisteredInstance | undefined>;
  get(instanceId: string): Promise<RegisteredInstance | undefined>;
  /**
   * Takes it out for all. One that the gateway has ended (`leave.eviction`) may be well for others: where several gateways
   * share it, the one of them that cleans up decides.
   *
   * @returns Whether it was there, and is there no more.
   */
  remove(instanceId: string, leave?: Leave): Promise<boolean>;
  /** How one has left that was taken out within the last hour, at whatever gateway; none where nobody said. */
  leaveOf(instanceId: string): Promise<Leave | undefined>;
  list(): Promise<readonly RegisteredInstance[]>;
}
