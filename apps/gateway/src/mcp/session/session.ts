import type { SessionRecord, SessionRecords } from './session-records.ts';
import { SessionStreams } from './session-streams.ts';

/** A session as this gateway sees it: its record as last read, and its streams here. */
export class Session {
  readonly streams: SessionStreams = new SessionStreams();
  record: SessionRecord;
  readonly #records: SessionRecords;

  constructor(record: SessionRecord, records: SessionRecords) {
    this.record = record;
    this.#records = records;
  }

  get id(): string {
    return this.record.id;
  }

  async setLogLevel(logLevel: string): Promise<void> {
    this.record = { ...this.record, logLevel };
    await this.#records.setLogLevel(this.id, logLevel);
  }

  /** @returns Whether the client did not listen to `uri` before. */
  subscribe(uri: string): Promise<boolean> {
    return this.#records.subscribe(this.id, uri);
  }

  unsubscribe(uri: string): Promise<void> {
    return this.#records.unsubscribe(this.id, uri);
  }
}
