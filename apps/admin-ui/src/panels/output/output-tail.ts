import type { SessionEvent, SessionEventPage } from '@dcc-mcp/session-events';
import { type Signal, signal } from '@preact/signals';
import { ApiRefusal, apiUrl, ask } from '../../api/client.ts';

/** Lines of one answer, and most lines that the page holds: as many as the gateway keeps, and some that it has let go. */
const PAGE_LINES = 1_000;
const MAX_LINES = 2_000;
const EVERY_MILLIS = 1_000;

/** What an instance wrote: all that is kept, then what it goes on to write. */
export class OutputTail {
  /** Oldest first. */
  readonly lines: Signal<readonly SessionEvent[]> = signal([]);
  /** Lines that were let go before they could be read, at the gateway or here. */
  readonly missed: Signal<number> = signal(0);
  readonly refusal: Signal<ApiRefusal | undefined> = signal(undefined);
  readonly isLoading: Signal<boolean> = signal(true);

  readonly #instanceId: string;
  readonly #ending = new AbortController();
  #cursor = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(instanceId: string) {
    this.#instanceId = instanceId;
  }

  /** Reads what is kept and, where it is live, what comes. */
  async start(isLive: boolean): Promise<void> {
    await this.#read();
    if (isLive && !this.#ending.signal.aborted) {
      this.#timer = setTimeout(() => void (document.hidden ? this.#rest() : this.start(true)), EVERY_MILLIS);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  /** Nobody sees the page: nothing is asked. */
  #rest(): void {
    this.#timer = setTimeout(() => void (document.hidden ? this.#rest() : this.start(true)), EVERY_MILLIS);
  }

  async #read(): Promise<void> {
    const path = `instances/${encodeURIComponent(this.#instanceId)}/output`;
    try {
      for (let isMore = true; isMore;) {
        const url = apiUrl(path, { cursor: this.#cursor, limit: PAGE_LINES });
        const { answer } = await ask<SessionEventPage>(url, this.#ending.signal);
        this.#take(answer);
        isMore = answer.events.length === PAGE_LINES;
      }
    } catch (error) {
      if (error instanceof ApiRefusal) {
        this.refusal.value = error;
      }
    } finally {
      this.isLoading.value = false;
    }
  }

  #take({ events, next_cursor: next, missed }: SessionEventPage): void {
    this.refusal.value = undefined;
    this.#cursor = next;
    if (events.length === 0 && missed === 0) {
      return;
    }
    const all = [...this.lines.value, ...events];
    this.missed.value += missed + Math.max(all.length - MAX_LINES, 0);
    this.lines.value = all.slice(-MAX_LINES);
  }
}
