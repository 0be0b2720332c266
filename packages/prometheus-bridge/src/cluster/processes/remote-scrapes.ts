import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import { refusal } from '../../scrape/refusal.ts';
import { readScrapeRequest } from '../../scrape/scrape-request.ts';
import type { ScrapeResult } from '../../scrape/scrape.ts';
import { fromBase64, KIND, type ScrapeBytes, type ScrapeCall, type ScrapeHead } from '../wire/messages.ts';

interface Waiting {
  readonly request: ScrapeRequest | string | undefined;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly answered: (result: ScrapeResult) => void;
}

interface Body {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

/** Scrapes that the primary answers for this process. */
export class RemoteScrapes {
  readonly #source: string;
  readonly #send: (message: ScrapeCall) => void;
  readonly #timeoutMillis: number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #bodies = new Map<string, Body>();
  #nextId = 1;
  #isClosed = false;

  /** @param source Sets these scrapes apart from those of others on the same channel. */
  constructor(source: string, send: (message: ScrapeCall) => void, timeoutMillis: number) {
    this.#source = source;
    this.#send = send;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Never throws: what goes wrong is a 503. */
  ask(request: ScrapeRequest | string | undefined): Promise<ScrapeResult> {
    if (this.#isClosed) {
      return Promise.resolve(refusal(503, GONE, request));
    }
    const asked = readScrapeRequest(typeof request === 'object' ? request : {}, this.#timeoutMillis);
    const timeoutMillis = asked.ok ? asked.timeoutMillis : this.#timeoutMillis;
    const id = `${this.#source}/${this.#nextId}`;
    this.#nextId += 1;
    return new Promise((answered) => {
      const timer = setTimeout(() => this.#refuse(id, SILENT), timeoutMillis * SHARE);
      this.#waiting.set(id, { request, timer, answered });
      this.#send({ [KIND]: 'scrape', id, request });
    });
  }

  receive(message: ScrapeHead | ScrapeBytes): void {
    if (message[KIND] === 'head') {
      this.#takeHead(message);
    } else {
      this.#takeBytes(message);
    }
  }

  /** The primary is gone: whoever waits is told. */
  close(): void {
    this.#isClosed = true;
    for (const id of this.#waiting.keys()) {
      this.#refuse(id, GONE);
    }
    for (const { controller } of this.#bodies.values()) {
      controller.error(new Error(GONE));
    }
    this.#bodies.clear();
  }

  #takeHead({ id, status, headers, hasBody }: ScrapeHead): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      return;
    }
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    const body = hasBody ? this.#bodyOf(id) : undefined;
    waiting.answered({ status, headers, body });
  }

  #bodyOf(id: string): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#bodies.set(id, { controller });
      },
      cancel: () => {
        this.#bodies.delete(id);
      },
    });
  }

  #takeBytes({ id, data, isLast, isBroken }: ScrapeBytes): void {
    const controller = this.#bodies.get(id)?.controller;
    if (controller === undefined) {
      return;
    }
    if (isLast) {
      this.#bodies.delete(id);
    }
    if (isBroken === true) {
      controller.error(new Error('The primary could not render the metrics to their end.'));
      return;
    }
    controller.enqueue(fromBase64(data));
    if (isLast) {
      controller.close();
    }
  }

  #refuse(id: string, message: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      this.#waiting.delete(id);
      clearTimeout(waiting.timer);
      waiting.answered(refusal(503, message, waiting.request));
    }
  }
}

/** Less than the scraper waits, more than the primary needs to say itself that collecting took too long. */
const SHARE = 0.95;
const SILENT = 'The primary process, which has the metrics of all workers, did not answer in time.';
const GONE = 'The primary process, which has the metrics of all workers, is gone.';
