import type { Writable } from 'node:stream';

/** Output that waits beyond this stops the reading of requests until the client has caught up. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** Output that may wait for a client that has stopped to read: one message of the longest kind. */
const MAX_STALLED_BYTES = 64 * 1024 * 1024;
/** Output that may wait at all: requests that were read before can answer all at once. */
const MAX_WAITING_BYTES = 4 * MAX_STALLED_BYTES;
/** How often is looked whether a client that is behind reads on. */
const LOOK_MILLIS = 1_000;
/** A client that reads nothing for so long has gone, or will never read. */
const MAX_STALL_MILLIS = 30_000;

/** What {@link StdioOutput} tells. */
export interface StdioOutputEvents {
  /** The client is behind: nothing more should be read from it. */
  onBehind(): void;
  /** It has caught up. */
  onCaughtUp(): void;
  /** It does not read: output is given up, once. `reason` is for people. */
  onGivenUp(reason: string): void;
}

/** The way to a client on a pipe, which may read slowly, or not at all: what waits for it is bounded in bytes and time. */
export class StdioOutput {
  readonly #stream: Writable;
  readonly #events: StdioOutputEvents;
  /** Who waits until a line has left. */
  readonly #waiting = new Set<() => void>();
  #watch: NodeJS.Timeout | undefined;
  #isBehind = false;
  #isOver = false;
  /** When the stream last took something, on the clock of `performance.now`. */
  #movedAt = 0;

  constructor(stream: Writable, events: StdioOutputEvents) {
    this.#stream = stream;
    this.#events = events;
    stream.on('drain', () => this.#onDrain());
  }

  /** @param onWritten Called when the line has left, or will never. */
  write(line: string, onWritten?: () => void): void {
    if (this.#isOver) {
      onWritten?.();
      return;
    }
    if (onWritten !== undefined) {
      this.#waiting.add(onWritten);
    }
    const hasRoom = this.#stream.write(line, () => {
      this.#movedAt = performance.now();
      if (onWritten !== undefined && this.#waiting.delete(onWritten)) {
        onWritten();
      }
    });
    if (!hasRoom) {
      this.#onFull();
    }
  }

  #onFull(): void {
    if (this.#watch === undefined) {
      this.#movedAt = performance.now();
      this.#watch = setInterval(() => this.#look(), LOOK_MILLIS).unref();
    }
    const waiting = this.#stream.writableLength;
    if (waiting > HIGH_WATER_BYTES && !this.#isBehind) {
      this.#isBehind = true;
      this.#events.onBehind();
    }
    if (waiting > MAX_WAITING_BYTES) {
      this.#giveUp();
    }
  }

  #onDrain(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    if (this.#isBehind) {
      this.#isBehind = false;
      this.#events.onCaughtUp();
    }
  }

  #look(): void {
    const stalledMillis = performance.now() - this.#movedAt;
    const isFull = this.#stream.writableLength > MAX_STALLED_BYTES;
    if (stalledMillis > MAX_STALL_MILLIS || (isFull && stalledMillis > LOOK_MILLIS)) {
      this.#giveUp();
    }
  }

  #giveUp(): void {
    clearInterval(this.#watch);
    if (!this.#isOver) {
      this.#isOver = true;
      this.#waiting.forEach((onWritten) => onWritten());
      this.#waiting.clear();
      const waiting = this.#stream.writableLength;
      this.#events.onGivenUp(`the client on stdout does not read: ${waiting} bytes wait for it; the gateway ends`);
    }
  }
}
