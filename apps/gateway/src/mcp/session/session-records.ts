import type { JsonObject } from '../../protocol/json-rpc.ts';

/** Whose session it is, and out of whose share of the places it has one. */
export interface SessionOwner {
  /** Who was authenticated when it began: nobody else may use it. Absent where nothing guards the gateway. */
  readonly principal: string | undefined;
  /** Who shares the places of one caller: the principal, or without one the address. */
  readonly share: string;
}

/** One conversation of a handshake-era client: plain data, which several gateways may share. */
export interface SessionRecord {
  readonly id: string;
  readonly owner: SessionOwner;
  readonly transport: 'http' | 'stdio';
  readonly protocolVersion: string;
  readonly clientInfo: JsonObject | undefined;
  readonly capabilities: JsonObject;
  /** The level from which log messages are wanted; absent: all are. */
  readonly logLevel: string | undefined;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds; may lag behind by a second. */
  readonly lastUsedAt: number;
  /** Whether its client has asked for anything since it began. */
  readonly isUsed: boolean;
}

/** What a client must show to use a session. */
export interface SessionKey {
  readonly id: string;
  readonly principal: string | undefined;
}

/** A session that is over, with what it still listened to. */
export interface EndedSession {
  readonly record: SessionRecord;
  readonly subscriptions: readonly string[];
}

/** What came of adding a session. `ended`: who gave way to it. `full`: everyone who could is in use. */
export type AddedSession =
  | { readonly ok: true; readonly ended: readonly EndedSession[] }
  | { readonly ok: false; readonly full: 'table' | 'share' };

/** What came of a subscription. `full`: the session keeps as much as it may. */
export type SubscriptionOutcome = 'new' | 'known' | 'full' | 'no-session';

/** How many sessions there may be, and how much each of them may keep. */
export interface SessionBounds {
  readonly maxSessions: number;
  /** Sessions of one {@link SessionOwner.share}. */
  readonly maxPerShare: number;
  /** Bytes of state of each session, as `session-state.ts` counts them. */
  readonly maxStateBytes: number;
}

/**
 * The sessions of one gateway, or of several that share them. Whoever removes a session is given it as an
 * {@link EndedSession}, and nobody else is: each end is counted once. A change to an unknown id does nothing.
 */
export interface SessionRecords {
  /**
   * Adds a session. Past a bound the session that nobody has used gives way first, then the one unused longest; one that
   * was used after `inUseSince` (epoch milliseconds) never does.
   */
  add(record: SessionRecord, inUseSince: number): Promise<AddedSession>;
  /** The session of that key; looking is not use. */
  find(key: SessionKey): Promise<SessionRecord | undefined>;
  /** The session of that key, marked as used at `now`: at once, where it is at hand. */
  use(key: SessionKey, now: number): SessionRecord | undefined | Promise<SessionRecord | undefined>;
  /** The sessions of those ids that exist, in no order; reading is not use. */
  read(ids: readonly string[]): Promise<readonly SessionRecord[]>;
  setLogLevel(id: string, level: string): Promise<void>;
  subscribe(id: string, uri: string): Promise<SubscriptionOutcome>;
  unsubscribe(id: string, uri: string): Promise<void>;
  /** Ids of the sessions that listen to `uri`. */
  subscribersOf(uri: string): Promise<readonly string[]>;
  /** Every URI that a session listens to, once. */
  subscribedUris(): Promise<readonly string[]>;
  /** Removes the session. */
  end(id: string): Promise<EndedSession | undefined>;
  /** Removes every session that nobody has used after `deadline` (epoch milliseconds). */
  endIdle(deadline: number): Promise<readonly EndedSession[]>;
  /** Removes the sessions that end with this gateway: all where they live in its memory, none where others share them. */
  close(): Promise<readonly EndedSession[]>;
}
