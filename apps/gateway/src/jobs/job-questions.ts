import { isJsonObject, type JsonObject } from '../protocol/json-rpc.ts';
import { ERROR_SERVER } from '../protocol/mcp-protocol.ts';
import type { PeerAnswer, PeerQuestion } from '../upstream/upstream.ts';

/** Questions that one job may have open at once. */
const MAX_QUESTIONS = 64;

const OVER: PeerAnswer = { error: { code: ERROR_SERVER, message: 'The job is over: nobody answers any more' } };
const TOO_MANY: PeerAnswer = { error: { code: ERROR_SERVER, message: 'The job asks too much at once' } };

/** What the tool of a job asks its caller: it waits until the caller has answered. */
export class JobQuestions {
  readonly #onChange: (questions: JsonObject) => void;
  readonly #open = new Map<string, { readonly shown: JsonObject; answer(answer: PeerAnswer): void }>();
  /** Keys of questions that were answered: none stands for a second one. */
  #count = 0;
  #isOver = false;

  constructor(onChange: (questions: JsonObject) => void) {
    this.#onChange = onChange;
  }

  /** Waits for an answer; declined once the job is over. */
  ask({ key, method, params, signal }: PeerQuestion): Promise<PeerAnswer> {
    if (this.#isOver || signal.aborted) {
      return Promise.resolve(OVER);
    }
    if (this.#open.size >= MAX_QUESTIONS) {
      return Promise.resolve(TOO_MANY);
    }
    this.#count += 1;
    const name = `${this.#count}:${key}`;
    const { promise, resolve } = Promise.withResolvers<PeerAnswer>();
    const answer = (given: PeerAnswer): void => {
      if (this.#open.delete(name)) {
        resolve(given);
        this.#tell();
      }
    };
    this.#open.set(name, { shown: params === undefined ? { method } : { method, params }, answer });
    signal.addEventListener('abort', () => answer(OVER), { once: true });
    this.#tell();
    return promise;
  }

  /** Takes the answers of the caller; those to no question are dropped. */
  answer(responses: JsonObject): void {
    for (const [name, response] of Object.entries(responses)) {
      if (isJsonObject(response)) {
        this.#open.get(name)?.answer({ result: response });
      }
    }
  }

  /** Declines what is open, and all that comes. */
  close(): void {
    this.#isOver = true;
    for (const question of this.#open.values()) {
      question.answer(OVER);
    }
  }

  #tell(): void {
    this.#onChange(Object.fromEntries([...this.#open].map(([name, { shown }]) => [name, shown])));
  }
}
