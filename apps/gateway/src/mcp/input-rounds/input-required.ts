import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { memberOf } from '../../protocol/json/raw-json.ts';
import { keptBytes } from '../../protocol/kept-bytes.ts';
import { ERROR_INVALID_PARAMS, ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import { isHopKey } from '../../upstream/hop/envelope.ts';
import type { PeerQuestion } from '../../upstream/upstream.ts';
import type { Answer, Exchange } from '../exchange/exchange.ts';
import type { ClientAnswer } from '../session/session-streams.ts';
import { CallRequests, type RequestOfCall } from './call-requests.ts';
import type { InputRound, InputRounds } from './input-rounds.ts';
import { RoundRelay } from './round-relay.ts';

/** One call that waits here for input of its client. */
interface Waiting {
  readonly principal: string | undefined;
  /** Names the round: what the client was asked last. */
  state: string;
  /** Names the round before, which a client may repeat whose answer was lost. */
  previous: string | undefined;
  /** Whether the client has answered in this round: what is asked then is a round of its own. */
  hasAnswered: boolean;
  readonly asked: Map<string, { readonly request: JsonObject; readonly answer: (answer: ClientAnswer) => void }>;
  /** Whoever waits for the end of this round: for more questions, or for the answer. */
  readonly requests: CallRequests;
  /** Ends what a stop waits for between two rounds, when no request of the client is open. */
  endPause: (() => void) | undefined;
  hasEnded: boolean;
}

/** What {@link InputRequired} is made of. */
export interface InputRequiredOptions {
  readonly rounds: InputRounds;
  /** Reaches the gateways that share the rounds. */
  readonly messages: GatewayMessages;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Begins a piece of work that a stop waits for; what it gives ends it. */
  readonly begin: () => () => void;
  /** Told when the rounds can't be reached; calls go on with what is known here. */
  readonly onError: (error: unknown) => void;
}

/** Calls at once that may wait for input; past it another is told that nobody answers, and none that waits is ended. */
const MAX_WAITING = 1_000;
/** The same for one principal: nobody takes the places of all. */
const MAX_WAITING_PER_PRINCIPAL = 100;
/** Bytes of questions that one call may have open. */
const MAX_ASKED_BYTES = 256 * 1024;
/** No call lasts longer. */
const ROUND_MILLIS = 60 * 60_000;
/** Characters of a key: a client sends it back, and knows it by nothing else. */
const MAX_KEY_LENGTH = 128;
const CALL_ENDED: ClientAnswer = { error: { code: ERROR_SERVER, message: 'The call has ended' } };
const TOO_MANY: ClientAnswer = { error: { code: ERROR_SERVER, message: 'Too many calls wait for input' } };
const TOO_LARGE: ClientAnswer = {
  error: { code: ERROR_SERVER, message: `The questions of a call are larger than ${MAX_ASKED_BYTES} bytes` },
};
const INVALID_RESPONSE: ClientAnswer = { error: { code: ERROR_INVALID_PARAMS, message: 'Invalid input response' } };
const UNKNOWN_STATE: Answer = {
  error: {
    code: ERROR_INVALID_PARAMS,
    message: 'This requestState is unknown, or its call has ended; repeat the call without it',
  },
  httpStatus: 200,
};

/**
 * Lets an upstream that asks its client in the middle of a call (handshake era) serve a client that is asked by an
 * `input_required` result and answers by repeating the call (MCP 2026-07-28, multi round-trip requests).
 */
export class InputRequired {
  readonly #options: InputRequiredOptions;
  /** By the states of its last two rounds. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #calls = new Set<Waiting>();
  readonly #relay: RoundRelay;
  /** What states of a gateway by itself begin with: one whose call has ended must not go on to a server as that one's own. */
  readonly #ownMark: string;

  constructor(options: InputRequiredOptions) {
    this.#options = options;
    // Of this one alone: a server may be a gateway, too.
    this.#ownMark = `${options.messages.address}:`;
    const { messages, begin } = options;
    this.#relay = new RoundRelay({ messages, begin, goOn: async (state, of) => this.#nextHere(state, of) });
  }

  /** Runs `start` with an exchange of its own, which is that of all requests of the call, until it answers or asks. */
  async first(of: RequestOfCall, start: (exchange: Exchange) => Promise<Answer>): Promise<Answer> {
    const { principal } = of.exchange;
    const requests = new CallRequests(of);
    const waiting: Waiting = {
      principal,
      state: this.#newState(),
      previous: undefined,
      hasAnswered: false,
      asked: new Map(),
      requests,
      endPause: undefined,
      hasEnded: false,
    };
    const whenRoundEnds = requests.join(of);
    const whenAnswered = start({ ...requests.exchange, ask: (question) => this.#ask(waiting, question) });
    void this.#settle(waiting, whenAnswered);
    const answer = await whenRoundEnds;
    await this.#noteOfUpstream(principal, answer);
    return answer;
  }

  /**
   * Goes on with the call that `requestState` names, for the principal who was asked.
   *
   * @returns `undefined` where the state is not one of a gateway: the upstream's own, as far as can be told.
   */
  async next(requestState: string, of: RequestOfCall): Promise<Answer | undefined> {
    const { principal } = of.exchange;
    const here = this.#nextHere(requestState, of);
    if (here !== undefined) {
      return here;
    }
    const { rounds, messages, now, onError } = this.#options;
    const holder = gatewayOf(requestState);
    if (holder !== undefined && holder !== messages.address) {
      return this.#relay.next(holder, requestState, of);
    }
    const find = (state: string): Promise<InputRound | void> => rounds.find(state, now()).catch(onError);
    const round =
      (await find(requestState)) ?? (principal === undefined ? undefined : await find(nameOf(requestState)));
    if (round === undefined) {
      const isOwn = holder !== undefined || requestState.startsWith(this.#ownMark);
      return principal === undefined && !isOwn ? undefined : UNKNOWN_STATE;
    }
    if (round.principal !== principal) {
      return UNKNOWN_STATE;
    }
    const { gatewayId } = round;
    const isElsewhere = gatewayId !== undefined && gatewayId !== messages.address;
    return isElsewhere ? this.#relay.next(gatewayId, requestState, of) : undefined;
  }

  /** Whether the call that the state names waits here. */
  holds(requestState: string): boolean {
    return this.#waiting.has(requestState);
  }

  /** Where there are several gateways a state names the one that holds its call: it is found though their store is away. */
  #newState(): string {
    const { messages, newId } = this.#options;
    return messages.isAlone === true ? `${this.#ownMark}${newId()}` : `${messages.address}.${newId()}`;
  }

  #nextHere(requestState: string, of: RequestOfCall): Promise<Answer> | undefined {
    const waiting = this.#waiting.get(requestState);
    if (waiting === undefined) {
      return undefined;
    }
    return waiting.principal === of.exchange.principal ? this.#goOn(waiting, of) : Promise.resolve(UNKNOWN_STATE);
  }

  /** A state of the upstream's own says nothing of whom it was given to, so that is noted beside it. */
  async #noteOfUpstream(principal: string | undefined, answer: Answer): Promise<void> {
    const result = 'result' in answer ? answer.result : {};
    if (principal === undefined || memberOf(result, 'resultType') !== 'input_required') {
      return;
    }
    const requestState = memberOf(result, 'requestState');
    if (typeof requestState !== 'string') {
      return;
    }
    if (this.#waiting.has(requestState)) {
      return; // the gateway's own
    }
    const { rounds, now, onError } = this.#options;
    const name = { requestState: nameOf(requestState), principal, gatewayId: undefined };
    await rounds.put({ ...name, keys: [], expiresAt: now() + ROUND_MILLIS }).catch(onError);
  }

  #goOn(waiting: Waiting, of: RequestOfCall): Promise<Answer> {
    const whenRoundEnds = waiting.requests.join(of);
    endPause(waiting);
    const given = of.request.params?.['inputResponses'];
    const answered = Object.entries(isJsonObject(given) ? given : {}).filter(([key]) => waiting.asked.has(key));
    for (const [key, result] of answered) {
      const { answer } = waiting.asked.get(key) ?? {};
      waiting.asked.delete(key);
      waiting.hasAnswered = true;
      answer?.(isJsonObject(result) ? { result } : INVALID_RESPONSE);
    }
    if (answered.length === 0) {
      void this.#askClient(waiting);
    }
    return whenRoundEnds;
  }

  async #settle(waiting: Waiting, answer: Promise<Answer>): Promise<void> {
    const given = await answer;
    waiting.hasEnded = true;
    endPause(waiting);
    if (this.#calls.delete(waiting)) {
      this.#forget(waiting.state);
      this.#forget(waiting.previous);
    }
    waiting.requests.answer(given);
  }

  async #ask(waiting: Waiting, { key: given, method, params = {}, signal }: PeerQuestion): Promise<ClientAnswer> {
    if (waiting.hasEnded || signal.aborted) {
      return CALL_ENDED; // what is kept of a call goes with its end, which has been already
    }
    if (!this.#hasRoom(waiting)) {
      return TOO_MANY;
    }
    const request = { method, params: ofThisHop(params) };
    const open = [...waiting.asked.values()].map((asked) => asked.request);
    if (keptBytes([...open, request], MAX_ASKED_BYTES) > MAX_ASKED_BYTES) {
      return TOO_LARGE;
    }
    this.#calls.add(waiting);
    this.#waiting.set(waiting.state, waiting);
    return new Promise((resolve) => {
      const isFree = given !== '' && given.length <= MAX_KEY_LENGTH && !waiting.asked.has(given);
      const key = isFree ? given : this.#options.newId();
      waiting.asked.set(key, { request, answer: resolve });
      const withdraw = (): void => {
        waiting.asked.delete(key);
        resolve(CALL_ENDED);
      };
      signal.addEventListener('abort', withdraw, { once: true });
      // Questions that come together go out together.
      setImmediate(() => void this.#askClient(waiting));
    });
  }

  /** Ends the round with what is asked; the round is noted first, so that whoever is sent the answer can find it. */
  async #askClient(waiting: Waiting): Promise<void> {
    if (!this.#calls.has(waiting) || waiting.asked.size === 0) {
      return;
    }
    if (waiting.hasAnswered) {
      this.#beginRound(waiting);
    }
    const { rounds, messages, now, onError } = this.#options;
    const gatewayId = messages.address;
    const { state: requestState, principal } = waiting;
    const round = { requestState, principal, gatewayId, keys: [...waiting.asked.keys()] };
    await rounds.put({ ...round, expiresAt: now() + ROUND_MILLIS }).catch(onError);
    // It may have ended meanwhile: then nobody waits, and nothing would end the pause.
    if (waiting.asked.size > 0 && !waiting.hasEnded) {
      const inputRequests = Object.fromEntries([...waiting.asked].map(([key, { request }]) => [key, request]));
      // Before its last request is answered, or a stop would find nothing that runs.
      waiting.endPause ??= this.#options.begin();
      waiting.requests.answer({ result: { resultType: 'input_required', inputRequests, requestState } });
    }
  }

  /** A state names one round, so that what a client sends again is not taken for an answer to the next. */
  #beginRound(waiting: Waiting): void {
    this.#forget(waiting.previous);
    waiting.previous = waiting.state;
    waiting.state = this.#newState();
    waiting.hasAnswered = false;
    this.#waiting.set(waiting.state, waiting);
  }

  #hasRoom(waiting: Waiting): boolean {
    if (this.#calls.has(waiting)) {
      return true;
    }
    const { principal } = waiting;
    const own = principal === undefined ? [] : [...this.#calls].filter((call) => call.principal === principal);
    return this.#calls.size < MAX_WAITING && own.length < MAX_WAITING_PER_PRINCIPAL;
  }

  #forget(state: string | undefined): void {
    if (state !== undefined && this.#waiting.delete(state)) {
      const { rounds, onError } = this.#options;
      rounds.remove(state).catch(onError);
    }
  }
}

function endPause(waiting: Waiting): void {
  waiting.endPause?.();
  waiting.endPause = undefined;
}

/** The parameters of a question without what belongs to the hop between gateway and server: a progress token, trace context. */
function ofThisHop(params: JsonObject): JsonObject {
  const { _meta: meta, ...rest } = params;
  if (!isJsonObject(meta)) {
    return params;
  }
  const foreign = Object.entries(meta).filter(([key]) => !isHopKey(key));
  return foreign.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(foreign) };
}

/** The gateway that a state names; `undefined` where it is no gateway's. */
function gatewayOf(requestState: string): string | undefined {
  return /^([0-9a-f-]{36})\.[0-9a-z-]{1,36}$/.exec(requestState)?.[1];
}

/** A state of an upstream may be long, and no gateway needs more of it than to know it again. */
function nameOf(requestState: string): string {
  return hash('sha256', requestState);
}
