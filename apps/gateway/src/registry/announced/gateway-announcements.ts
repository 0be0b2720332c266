// registry/announced/: upstreams that one gateway alone can have, as the others reach them: through it.
import type { UpstreamSettings } from '../../upstream/upstream.ts';

/** An upstream that its gateway shares: what another one needs to use it as its own. Never its command or environment. */
export type AnnouncedInstance = Pick<
  UpstreamSettings,
  | 'key'
  | 'instanceId'
  | 'dccType'
  | 'affinity'
  | 'concurrency'
  | 'maxQueued'
  | 'timeoutMillis'
  | 'maxTimeoutMillis'
  | 'coercesArguments'
  | 'toolFilter'
>;

/** A gateway that lives, and what it shares. */
export interface GatewayAnnouncement {
  /** As its messages name it. */
  readonly address: string;
  /** Where the others reach it, as `http://host:port`; absent where they can't. */
  readonly url?: string | undefined;
  readonly instances: readonly AnnouncedInstance[];
}

/** How long an announcement counts, unless it is made again. */
export const ANNOUNCED_MILLIS = 10_000;
/** The most instances of one gateway. */
export const MAX_ANNOUNCED = 1_000;

/** The gateways that share their state, each as it says itself. */
export interface GatewayAnnouncements {
  /** Takes the place of what that gateway said before; forgotten after {@link ANNOUNCED_MILLIS}. */
  announce(announcement: GatewayAnnouncement): Promise<void>;
  /** The gateway leaves. */
  withdraw(address: string): Promise<void>;
  /** Those that live, in the order of their addresses. */
  list(): Promise<readonly GatewayAnnouncement[]>;
  /**
   * What a gateway shows to another one: the same for all of them, and known to nobody else; at least 32 random bytes.
   * Absent while nobody could be asked.
   */
  secret(): Promise<string | undefined>;
}
