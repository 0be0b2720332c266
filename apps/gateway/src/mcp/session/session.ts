import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import type { SessionRecord, SessionRecords } from './session-records.ts';
import { SESSION_BOUNDS } from './session-state.ts';
import { SessionStreams, type StreamsOptions } from './session-streams.ts';

/** A session as this gateway sees it: its record as last read, and its streams here. */
export class Session {
  readonly streams: SessionStreams;
  record: SessionRecord;
  readonly #records: SessionRecords;

  constructor(record: SessionRecord, records: SessionRecords, streams: StreamsOptions) {
    this.record = record;
    this.#records = records;
    this.streams = new SessionStreams(streams);
  }

  get id(): string {
    return this.record.id;
  }

  async setLogLevel(logLevel: string): Promise<void> {
    this.record = { ...this.record, logLevel };
    await this.#records.setLogLevel(this.id, logLevel);
  }

  /**
   * @returns Whether the client did not listen to `uri` before.
   * @throws {McpError} -32602 when the session keeps as much as it may.
   */
  async subscribe(uri: string): Promise<boolean> {
    const outcome = await this.#records.subscribe(this.id, uri);
    if (outcome === 'full') {
      const kibibytes = SESSION_BOUNDS.maxStateBytes / 1024;
      const message = `This session can't listen to more: it keeps ${kibibytes} KiB at most; unsubscribe from what is not needed`;
      throw new McpError(ERROR_INVALID_PARAMS, message);
    }
    return outcome === 'new';
  }

  unsubscribe(uri: string): Promise<void> {
    return this.#records.unsubscribe(this.id, uri);
  }
}
