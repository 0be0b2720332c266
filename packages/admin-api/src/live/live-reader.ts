import type { CallStore, LiveEvent, LiveGap, RowKind } from '@dcc-mcp/call-store';
import { EventFeed, type StreamEvent } from './event-feed.ts';

/** A row that was appended. */
export type LiveRowEvent = Exclude<LiveEvent, LiveGap>;

/** What a {@link LiveReader} reads. */
export interface LiveReading {
  readonly store: CallStore;
  readonly kinds: readonly RowKind[];
  /** The last row that the reader knows. */
  readonly after: string | undefined;
  /** What is sent of a row; nothing where it does not match. */
  readonly toEvent: (row: LiveRowEvent) => StreamEvent | undefined;
  /** The reader left; told once. */
  readonly onClose: () => void;
}

/**
 * Sends rows to one reader as they come. A reader that is too slow costs no memory: it is treated as one that left and came
 * back, and goes on after the last row that it was sent, with a gap where the store has let rows go meanwhile.
 */
export class LiveReader {
  readonly #reading: LiveReading;
  readonly #feed: EventFeed;
  #subscription: { close(): void } | undefined;
  /** The last row that was sent, or did not match. */
  #after: string | undefined;
  #isBehind = false;

  constructor(reading: LiveReading) {
    this.#reading = reading;
    this.#after = reading.after;
    this.#feed = new EventFeed({
      onDrained: () => {
        if (this.#isBehind) {
          this.#follow();
        }
      },
      onClose: () => {
        this.#subscription?.close();
        reading.onClose();
      },
    });
    this.#follow();
  }

  get body(): ReadableStream<Uint8Array> {
    return this.#feed.body;
  }

  /** Ends the stream once what was sent is read; its reader may go on elsewhere. */
  end(): void {
    this.#feed.end();
  }

  #follow(): void {
    const { store, kinds } = this.#reading;
    this.#isBehind = false;
    const resume = this.#after === undefined ? undefined : { after: this.#after };
    this.#subscription = store.subscribe(kinds, (event) => this.#tell(event), resume);
    this.#closeIfBehind();
  }

  #tell(event: LiveEvent): void {
    if (this.#isBehind) {
      return;
    }
    if (event.type === 'gap') {
      this.#feed.send({ event: 'gap', data: { missed: event.missed } });
      return;
    }
    // A call and its trace have one id: they are sent both or none, so that nothing is lost after it.
    if (this.#feed.isFull && event.id !== this.#after) {
      this.#isBehind = true;
      this.#closeIfBehind();
      return;
    }
    this.#after = event.id;
    const sent = this.#reading.toEvent(event);
    if (sent !== undefined) {
      this.#feed.send(sent);
    }
  }

  #closeIfBehind(): void {
    if (this.#isBehind) {
      this.#subscription?.close();
      this.#subscription = undefined;
    }
  }
}
