import { messageOf, ScrapeError, type ReportError } from '../../families/scrape-error.ts';
import type { MetricsChannel } from '../wire/channel.ts';
import { isToPrimary, KIND, type ScrapeCall, type ToPrimary, type ToWorker } from '../wire/messages.ts';
import { WorkerSource, type SourceContext } from './worker-source.ts';

/** One worker, as the primary sees it. */
export interface WorkerLink {
  /** Says that the worker is no more; what it counted is kept. A channel that tells of its end does so itself. */
  end(how?: { /** False when it was told to end; default true. */ readonly died?: boolean }): void;
  /** Says that its process has ended, while what it sent last may still arrive. A channel with `onExit` does so itself. */
  exited(how?: { readonly died?: boolean }): void;
}

/** What a link needs of the primary. */
export interface LinkContext extends Omit<SourceContext, 'send'> {
  readonly report: ReportError;
  readonly onScrape: (call: ScrapeCall, send: (message: ToWorker) => void) => Promise<void>;
  readonly onEnd: (died: boolean) => void;
}

/** Longest wait for the end of a channel whose process has ended: a process of its own may hold it open. */
const LAST_WORDS_MILLIS = 2_000;
/** Sources that one worker may have at a time. */
const MAX_SOURCES = 64;

/** The connection with one worker. */
export class Link implements WorkerLink {
  readonly #channel: MetricsChannel;
  readonly #context: LinkContext;
  readonly #sources = new Map<string, WorkerSource>();
  #hasLeft = false;
  #isToldEnd = false;
  #isEnded = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(channel: MetricsChannel, context: LinkContext) {
    this.#channel = channel;
    this.#context = context;
    channel.onMessage((message) => {
      if (isToPrimary(message) && !this.#isEnded) {
        this.#receive(message);
      }
    });
    channel.onExit?.(() => {
      this.exited();
    });
    channel.onClose?.(() => {
      this.end();
    });
  }

  /** `left` when all it had has said goodbye. */
  get state(): 'starting' | 'ready' | 'left' {
    if (this.#sources.size > 0) {
      return 'ready';
    }
    return this.#hasLeft ? 'left' : 'starting';
  }

  /** The process is no more, and what it sent last may still arrive. */
  exited(how?: { readonly died?: boolean }): void {
    this.#tellEnd(how);
    this.#timer ??= setTimeout(() => this.end(how), LAST_WORDS_MILLIS).unref();
  }

  /** Brings the last snapshots up to now; false when the worker did not answer in time, or could not. */
  async collect(waitMillis: number): Promise<boolean> {
    const answers = await Promise.all(Array.from(this.#sources.values(), (source) => source.collect(waitMillis)));
    if (answers.includes(undefined)) {
      const { report, worker } = this.#context;
      const message = `Worker ${worker} did not answer within ${waitMillis} ms; its last snapshot stands in.`;
      report(new ScrapeError('worker_silent', message));
    }
    return answers.every((isAnswered) => isAnswered === true);
  }

  end(how?: { readonly died?: boolean }): void {
    if (this.#isEnded) {
      return;
    }
    this.#tellEnd(how);
    this.#isEnded = true;
    clearTimeout(this.#timer);
    for (const source of this.#sources.values()) {
      source.end(false);
    }
    this.#sources.clear();
    this.#channel.close?.();
  }

  #tellEnd({ died = true }: { readonly died?: boolean } = {}): void {
    if (!this.#isToldEnd) {
      this.#isToldEnd = true;
      this.#context.onEnd(died && this.state !== 'left');
    }
  }

  #send(message: ToWorker): void {
    try {
      this.#channel.send(message);
    } catch {
      // The worker is gone: the channel, or whoever started it, says so.
    }
  }

  #receive(message: ToPrimary): void {
    try {
      this.#take(message);
    } catch (error) {
      const { report, worker } = this.#context;
      const text = `Worker ${worker} sent a message that cannot be read: ${messageOf(error)}`;
      report(new ScrapeError('worker_message', text));
      if ('source' in message) {
        this.#sources.get(message.source)?.lost();
      }
    }
  }

  #take(message: ToPrimary): void {
    switch (message[KIND]) {
      case 'hello':
        this.#sourceOf(message.source);
        break;
      case 'snapshot':
        this.#sourceOf(message.source)?.take(message);
        break;
      case 'failed':
        this.#sourceOf(message.source)?.failed(message.answers);
        break;
      case 'bye':
        this.#sources.get(message.source)?.end(true);
        this.#hasLeft = this.#sources.delete(message.source) || this.#hasLeft;
        break;
      case 'scrape':
        void this.#context.onScrape(message, (answer) => this.#send(answer));
        break;
    }
  }

  #sourceOf(id: string): WorkerSource | undefined {
    const known = this.#sources.get(id);
    if (known !== undefined || this.#sources.size >= MAX_SOURCES) {
      return known;
    }
    const made = new WorkerSource(id, { ...this.#context, send: (message) => this.#send(message) });
    this.#sources.set(id, made);
    return made;
  }
}
