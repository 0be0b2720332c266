import type { AnswerHandler, AnswerSource } from '../exchange/http-client.ts';
import type { AnswerHead } from './answer-head.ts';
import type { RequestBytes } from './request-text.ts';

/** What a request has of the connection that it is on. */
export interface Carrier {
  /** The request that it carries has ended early. */
  drop(): void;
  pause(): void;
  resume(): void;
}

/** A request on its way, from the queue to the end of its answer. */
export class PlainRequest implements AnswerSource {
  readonly bytes: RequestBytes;
  readonly #handler: AnswerHandler;
  #carrier: Carrier | undefined;
  #isOver = false;

  constructor(bytes: RequestBytes, handler: AnswerHandler) {
    this.bytes = bytes;
    this.#handler = handler;
    handler.onRequestStart(this);
  }

  /** Nothing comes any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** It has a connection. */
  carriedBy(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  abort(reason: Error): void {
    const carrier = this.#carrier;
    if (!this.#isOver) {
      this.fail(reason);
      carrier?.drop();
    }
  }

  pause(): void {
    this.#carrier?.pause();
  }

  resume(): void {
    this.#carrier?.resume();
  }

  onHead({ status, headers }: AnswerHead): void {
    this.#handler.onResponseStart(this, status, headers);
  }

  onData(chunk: Buffer): void {
    this.#handler.onResponseData(this, chunk);
  }

  onEnd(): void {
    this.#leave();
    this.#handler.onResponseEnd();
  }

  fail(error: Error): void {
    if (!this.#isOver) {
      this.#leave();
      this.#handler.onResponseError(this, error);
    }
  }

  /** The connection may carry another one by now. */
  #leave(): void {
    this.#isOver = true;
    this.#carrier = undefined;
  }
}
