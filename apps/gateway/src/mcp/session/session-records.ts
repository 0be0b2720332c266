import type { JsonObject } from '../../protocol/json-rpc.ts';

/** One conversation of a handshake-era client: plain data, which several gateways may share. */
export interface SessionRecord {
  readonly id: string;
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
}

/** A session that is over, with what it still listened to. */
export interface EndedSession {
  readonly record: SessionRecord;
  readonly subscriptions: readonly string[];
}

/**
 * The sessions of one gateway, or of several that share them. Whoever removes a session is given it as an
 * {@link EndedSession}, and nobody else is: each end is counted once. A change to an unknown id does nothing.
 */
export interface SessionRecords {
  /** Adds a session. @returns The sessions that gave way to it, the one unused longest first. */
  add(record: SessionRecord): Promise<readonly EndedSession[]>;
  /** The session of that id, marked as used at `now`. */
  use(id: string, now: number): Promise<SessionRecord | undefined>;
  /** The sessions of those ids that exist, in no order; reading is not use. */
  read(ids: readonly string[]): Promise<readonly SessionRecord[]>;
  setLogLevel(id: string, level: string): Promise<void>;
  /** @returns Whether the session did not listen to `uri` before. */
  subscribe(id: string, uri: string): Promise<boolean>;
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
