import { setTimeout as delay } from 'node:timers/promises';
import type { CoreEvents } from '../core/core-events.ts';
import type { HostEvent, HostEventPage } from '../upstream.ts';

/** Takes events of a host; `missed`: how many were gone before these could be read. */
export type OnHostEvents = (events: readonly HostEvent[], missed: number) => void;

/** How often a host is asked for news; dcc-mcp-core tells of none by itself. */
const POLL_MILLIS = 1_000;
/** Sooner while a call runs: what it says last may be why it died. */
const BUSY_POLL_MILLIS = 250;
/** How long a host counts as busy after a call has begun. */
const BUSY_MILLIS = 5_000;
/** How often a host that has no events is asked whether it has; an adapter may make its buffer late. */
const FIND_MILLIS = 10_000;
/** How long whoever reads them waits for news. */
const MAX_REFRESH_MILLIS = 1_000;
const PAGE = 100;
/** Pages at one look: a host that writes faster than it is read does not get all the time there is. */
const MAX_PAGES = 20;

/** Reads the events of a dcc-mcp-core host by cursor, for as long as there is a connection to it. */
export class HostEvents {
  readonly #onEvents: OnHostEvents;
  #source: CoreEvents | undefined;
  #uri: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #busyUntil = 0;
  #cursor = 0;
  /** The time of the event at the cursor: one host's are not another's. */
  #atCursor: string | undefined;

  constructor(onEvents: OnHostEvents) {
    this.#onEvents = onEvents;
  }

  /** Begins with a connection; nothing where its server has no such events. */
  attach(source: CoreEvents | undefined): void {
    this.detach();
    this.#source = source;
    if (source !== undefined) {
      void this.#look(source, true);
    }
  }

  detach(): void {
    this.#source = undefined;
    this.#uri = undefined;
    clearTimeout(this.#timer);
  }

  /** A call has begun: what it tells is worth a look now and then. */
  callRuns(): void {
    const source = this.#source;
    if (this.#uri === undefined || source === undefined) {
      return;
    }
    const now = performance.now();
    const wasBusy = now < this.#busyUntil;
    this.#busyUntil = now + BUSY_MILLIS;
    if (!wasBusy && this.#looking === undefined) {
      this.#lookLater(source, false);
    }
  }

  /** Reads what the host has told until now, for at most a second. Never rejects. */
  async refresh(): Promise<void> {
    const source = this.#source;
    const waited = new AbortController();
    const look = async (): Promise<void> => {
      await this.#looking; // it may have asked before what is wanted was told
      if (source !== undefined && this.#source === source && this.#uri !== undefined && !waited.signal.aborted) {
        await this.#look(source, false);
      }
    };
    if (this.#uri !== undefined || this.#looking !== undefined) {
      await Promise.race([look(), delay(MAX_REFRESH_MILLIS, undefined, { ref: false })]);
      waited.abort();
    }
  }

  /** Never rejects; a look that goes on serves whoever asks for another. */
  #look(source: CoreEvents, isFirst: boolean): Promise<void> {
    this.#looking ??= this.#lookOnce(source, isFirst).finally(() => {
      this.#looking = undefined;
      if (this.#source === source) {
        this.#lookLater(source, this.#uri === undefined);
      } else if (this.#source !== undefined) {
        void this.#look(this.#source, true); // another connection has come meanwhile
      }
    });
    return this.#looking;
  }

  async #lookOnce(source: CoreEvents, isFirst: boolean): Promise<void> {
    const uri = this.#uri ?? (await source.find());
    if (uri !== undefined && this.#source === source) {
      this.#uri = uri;
      await this.#readOn(source, uri, isFirst);
    }
  }

  #lookLater(source: CoreEvents, isFirst: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(source, isFirst), this.#pause()).unref();
  }

  #pause(): number {
    if (this.#uri === undefined) {
      return FIND_MILLIS;
    }
    return performance.now() < this.#busyUntil ? BUSY_POLL_MILLIS : POLL_MILLIS;
  }

  async #readOn(source: CoreEvents, uri: string, isFirst: boolean): Promise<void> {
    if (isFirst && this.#cursor > 0 && !(await this.#isSameHost(source, uri))) {
      this.#begin();
    }
    for (let pages = 0, limit = PAGE; pages < MAX_PAGES && this.#source === source; pages += 1) {
      const page = await source.read(uri, this.#cursor, limit);
      if (page === undefined || this.#source !== source) {
        return;
      }
      if (page !== 'too-long') {
        if (!this.#take(page)) {
          return;
        }
      } else if (limit === 1) {
        this.#skip();
      } else {
        limit = 1; // one of them is too long: each by itself
      }
    }
  }

  /** @returns Whether there may be more. */
  #take({ events, newest = 0 }: HostEventPage): boolean {
    if (newest < this.#cursor) {
      this.#begin(); // another buffer has taken its place
      return newest > 0;
    }
    const last = events.at(-1);
    if (last === undefined) {
      return false;
    }
    const missed = last.id - this.#cursor - events.length;
    this.#cursor = last.id;
    this.#atCursor = last.timestampNanos;
    this.#onEvents(events, missed);
    return last.id < newest;
  }

  /** One that is longer than can be taken at once. */
  #skip(): void {
    this.#cursor += 1;
    this.#atCursor = undefined;
    this.#onEvents([], 1);
  }

  #begin(): void {
    this.#cursor = 0;
    this.#atCursor = undefined;
  }

  /** A host that was started again counts from 1 again, and may be as far as the one before. */
  async #isSameHost(source: CoreEvents, uri: string): Promise<boolean> {
    const page = await source.read(uri, this.#cursor - 1, 1);
    if (page === undefined || page === 'too-long') {
      return true;
    }
    const [event] = page.events;
    return event === undefined || event.id !== this.#cursor || event.timestampNanos === this.#atCursor;
  }
}
