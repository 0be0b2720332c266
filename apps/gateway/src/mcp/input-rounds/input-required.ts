import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { Answer } from '../exchange/exchange.ts';
import type { ClientAnswer } from '../session/session-streams.ts';
import type { InputRounds } from './input-rounds.ts';

type Ask = (method: string, params: JsonObject | undefined, signal: AbortSignal) => Promise<ClientAnswer>;

/** One call that waits here for input of its client. */
interface Waiting {
  readonly asked: Map<string, { readonly request: JsonObject; readonly answer: (answer: ClientAnswer) => void }>;
  /** Requests of the client that wait for the end of this round: for more questions, or for the answer. */
  readonly requests: ((answer: Answer) => void)[];
}

/** What {@link InputRequired} is made of. */
export interface InputRequiredOptions {
  readonly rounds: InputRounds;
  /** Names this gateway to the others that share the rounds. */
  readonly gatewayId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Told when the rounds can't be reached; calls go on with what is known here. */
  readonly onError: (error: unknown) => void;
}

/** Calls at once that may wait for input; past it the oldest is told that nobody answers. */
const MAX_WAITING = 1_000;
/** No call lasts longer. */
const ROUND_MILLIS = 60 * 60_000;
const CALL_ENDED: ClientAnswer = { error: { code: ERROR_SERVER, message: 'The call has ended' } };
const TOO_MANY: ClientAnswer = { error: { code: ERROR_SERVER, message: 'Too many calls wait for input' } };
const INVALID_RESPONSE: ClientAnswer = { error: { code: ERROR_INVALID_PARAMS, message: 'Invalid input response' } };
const HELD_ELSEWHERE: Answer = {
  error: {
    code: ERROR_INVALID_PARAMS,
    message: 'The call of this requestState waits at another gateway; send it there, or repeat the call without it',
  },
  httpStatus: 200,
};

/**
 * Lets an upstream that asks its client in the middle of a call (handshake era) serve a client that is asked by an
 * `input_required` result and answers by repeating the call (MCP 2026-07-28, multi round-trip requests).
 */
export class InputRequired {
  readonly #options: InputRequiredOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: InputRequiredOptions) {
    this.#options = options;
  }

  /** Runs `start` until it answers or asks. */
  first(start: (ask: Ask) => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve) => {
      const state = this.#options.newId();
      const waiting: Waiting = { asked: new Map(), requests: [resolve] };
      const answer = start((method, params, signal) => {
        this.#waiting.set(state, waiting);
        this.#makeRoom();
        return this.#ask(state, { method, params: params ?? {} }, signal);
      });
      void this.#settle(state, waiting, answer);
    });
  }

  /** Goes on with the call that `requestState` names. @returns `undefined` where the state is none of a gateway. */
  async next(requestState: string, inputResponses: unknown): Promise<Answer | undefined> {
    const waiting = this.#waiting.get(requestState);
    if (waiting !== undefined) {
      return this.#goOn(requestState, waiting, isJsonObject(inputResponses) ? inputResponses : {});
    }
    const { rounds, gatewayId, now, onError } = this.#options;
    const round = await rounds.find(requestState, now()).catch((error: unknown) => onError(error));
    return round?.gatewayId === undefined || round.gatewayId === gatewayId ? undefined : HELD_ELSEWHERE;
  }

  #goOn(requestState: string, waiting: Waiting, responses: JsonObject): Promise<Answer> {
    return new Promise((resolve) => {
      waiting.requests.push(resolve);
      const answered = Object.entries(responses).filter(([key]) => waiting.asked.has(key));
      for (const [key, result] of answered) {
        const { answer } = waiting.asked.get(key) ?? {};
        waiting.asked.delete(key);
        answer?.(isJsonObject(result) ? { result } : INVALID_RESPONSE);
      }
      if (answered.length === 0) {
        void this.#askClient(requestState);
      }
    });
  }

  async #settle(state: string, waiting: Waiting, answer: Promise<Answer>): Promise<void> {
    const given = await answer;
    if (this.#waiting.delete(state)) {
      this.#forget(state);
    }
    endRound(waiting, given);
  }

  #ask(state: string, request: JsonObject, signal: AbortSignal): Promise<ClientAnswer> {
    return new Promise((resolve) => {
      this.#waiting.get(state)?.asked.set(this.#options.newId(), { request, answer: resolve });
      signal.addEventListener('abort', () => resolve(CALL_ENDED), { once: true });
      // Questions that come together go out together.
      setImmediate(() => void this.#askClient(state));
    });
  }

  /** Ends the round with what is asked; the round is noted first, so that whoever is sent the answer can find it. */
  async #askClient(state: string): Promise<void> {
    const waiting = this.#waiting.get(state);
    if (waiting === undefined || waiting.asked.size === 0) {
      return;
    }
    const { rounds, gatewayId, now, onError } = this.#options;
    const keys = [...waiting.asked.keys()];
    await rounds.put({ requestState: state, gatewayId, keys, expiresAt: now() + ROUND_MILLIS }).catch(onError);
    if (waiting.asked.size > 0) {
      const inputRequests = Object.fromEntries([...waiting.asked].map(([key, { request }]) => [key, request]));
      endRound(waiting, { result: { resultType: 'input_required', inputRequests, requestState: state } });
    }
  }

  #makeRoom(): void {
    for (const [state, { asked }] of this.#waiting) {
      if (this.#waiting.size <= MAX_WAITING) {
        return;
      }
      this.#waiting.delete(state);
      this.#forget(state);
      for (const { answer } of asked.values()) {
        answer(TOO_MANY);
      }
    }
  }

  #forget(state: string): void {
    const { rounds, onError } = this.#options;
    rounds.remove(state).catch(onError);
  }
}

/** A client may repeat its call before the round is over: every request of it is answered. */
function endRound({ requests }: Waiting, answer: Answer): void {
  for (const resolve of requests.splice(0)) {
    resolve(answer);
  }
}
