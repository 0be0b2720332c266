import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { Answer } from '../exchange/exchange.ts';
import type { ClientAnswer } from '../session/session-streams.ts';

type Ask = (method: string, params: JsonObject | undefined, signal: AbortSignal) => Promise<ClientAnswer>;

/** One call that waits for input of its client. */
interface Waiting {
  readonly asked: Map<string, { readonly request: JsonObject; readonly answer: (answer: ClientAnswer) => void }>;
  /** Ends the round that is under way: with more questions, or with the answer. */
  endRound: (answer: Answer) => void;
  readonly answer: Promise<Answer>;
}

/** Calls at once that may wait for input; past it the oldest is told that nobody answers. */
const MAX_WAITING = 1_000;
const CALL_ENDED: ClientAnswer = { error: { code: ERROR_SERVER, message: 'The call has ended' } };
const TOO_MANY: ClientAnswer = { error: { code: ERROR_SERVER, message: 'Too many calls wait for input' } };

/**
 * Lets an upstream that asks its client in the middle of a call (handshake era) serve a client that is asked by an
 * `input_required` result and answers by repeating the call (MCP 2026-07-28, multi round-trip requests).
 */
export class InputRequired {
  readonly #waiting = new Map<string, Waiting>();

  has(requestState: string): boolean {
    return this.#waiting.has(requestState);
  }

  /** Runs `start` until it answers or asks. */
  first(start: (ask: Ask) => Promise<Answer>): Promise<Answer> {
    return new Promise((endRound) => {
      const state = randomUUID();
      const waiting: Waiting = {
        asked: new Map(),
        endRound,
        answer: start((method, params, signal) => this.#ask(state, waiting, { method, params: params ?? {} }, signal)),
      };
      void this.#settle(state, waiting);
    });
  }

  /** Goes on with the call that `requestState` names. */
  next(requestState: string, inputResponses: unknown): Promise<Answer> {
    const waiting = this.#waiting.get(requestState);
    if (waiting === undefined) {
      const message = 'Unknown requestState: the call it belongs to has ended; repeat the call without it';
      return Promise.resolve({ error: { code: ERROR_INVALID_PARAMS, message }, httpStatus: 200 });
    }
    return new Promise((endRound) => {
      waiting.endRound = endRound;
      const responses = isJsonObject(inputResponses) ? inputResponses : {};
      const answered = Object.entries(responses).filter(([key]) => waiting.asked.has(key));
      for (const [key, result] of answered) {
        const { answer } = waiting.asked.get(key) ?? {};
        waiting.asked.delete(key);
        answer?.(
          isJsonObject(result)
            ? { result }
            : { error: { code: ERROR_INVALID_PARAMS, message: 'Invalid input response' } },
        );
      }
      if (answered.length === 0) {
        this.#endRound(requestState, waiting);
      }
    });
  }

  async #settle(state: string, waiting: Waiting): Promise<void> {
    const answer = await waiting.answer;
    this.#waiting.delete(state);
    waiting.endRound(answer);
  }

  #ask(state: string, waiting: Waiting, request: JsonObject, signal: AbortSignal): Promise<ClientAnswer> {
    return new Promise((resolve) => {
      const key = randomUUID();
      waiting.asked.set(key, { request, answer: resolve });
      this.#waiting.set(state, waiting);
      this.#makeRoom();
      signal.addEventListener('abort', () => resolve(CALL_ENDED), { once: true });
      // Questions that come together go out together.
      setImmediate(() => this.#endRound(state, waiting));
    });
  }

  #endRound(state: string, waiting: Waiting): void {
    if (waiting.asked.size === 0) {
      return;
    }
    const inputRequests = Object.fromEntries([...waiting.asked].map(([key, { request }]) => [key, request]));
    waiting.endRound({ result: { resultType: 'input_required', inputRequests, requestState: state } });
  }

  #makeRoom(): void {
    for (const [state, { asked }] of this.#waiting) {
      if (this.#waiting.size <= MAX_WAITING) {
        return;
      }
      this.#waiting.delete(state);
      for (const { answer } of asked.values()) {
        answer(TOO_MANY);
      }
    }
  }
}
