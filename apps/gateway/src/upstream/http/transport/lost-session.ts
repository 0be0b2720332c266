import type { Suspicion } from '../../session/transport.ts';
import type { HopFailure, HopResult } from '../../upstream.ts';

const MAX_WORDS_LENGTH = 1_000;
const SESSION = String.raw`\bsession(?:[ _-]?id)?\b`;
const GONE =
  'not found|unknown|unrecogni[sz]ed|expired|terminated|closed|ended|lost|gone|invalid(?:ated)?|not (?:valid|exist|active|recogni[sz]ed|initiali[sz]ed)|no longer|timed? ?out|deleted|destroyed|missing|required';
const NONE =
  "invalid|unknown|unrecogni[sz]ed|no|missing|expired|stale|terminated|bad|not an? (?:valid|active)|(?:can ?not|can't|could not|couldn't|unable to) find";
const SAYINGS: readonly RegExp[] = [
  new RegExp(`${SESSION}[^.]{0,80}?\\b(?:${GONE}|does(?: not|n't) exist)\\b`, 'i'),
  new RegExp(`\\b(?:${NONE})\\b[^.]{0,40}?${SESSION}`, 'i'),
  /\b(?:server|client|session|connection|transport|mcp)\b[^.]{0,40}?\bnot (?:been |yet |properly )*initiali[sz]ed\b/i,
  /^\W*(?:error|bad request)?\W*(?:not initiali[sz]ed|uninitiali[sz]ed)\b/i,
  /\bbefore initiali[sz]ation\b/i,
];
const NOT_FOUND = 404;
const GONE_STATUS = 410;

/** Whether a failure says, in any of the words that servers use, that the upstream does not know the session. */
export function saysSessionLost({ kind, message, rpcError, httpStatus }: HopFailure): boolean {
  if (kind !== 'backend-error') {
    return false;
  }
  const said = rpcError?.data;
  const words = `${message.slice(0, MAX_WORDS_LENGTH)}\n${typeof said === 'string' ? said.slice(0, MAX_WORDS_LENGTH) : ''}`;
  return SAYINGS.some((saying) => saying.test(words)) || (httpStatus === 400 && /session/i.test(words));
}

/** A result in a session, as far as it says something of the session. */
export interface SessionResult {
  readonly method: string;
  readonly result: HopResult;
  /** False for a server that gives its sessions no id: only words can say something of them. */
  readonly hasId: boolean;
  /** It is that of the session in use. */
  readonly isCurrent: boolean;
  /** The request was repeated, because it was refused in another session. */
  readonly isRepeat: boolean;
}

/** How long no session is opened anew after one that did not help: whatever a server answers, it is not asked in a loop. */
const MIN_PAUSE_MILLIS = 1_000;
const MAX_PAUSE_MILLIS = 60_000;
/** After a try that the upstream refused, which costs it little and may be worth another one soon. */
const MAX_REFUSED_PAUSE_MILLIS = 4_000;
/** Failures in a row, of a session that worked, that let it count as lost though nothing says so. */
const STRIKES = 2;

/** Notices by its results that a session is lost, in whatever words; decides when another one is worth a try. */
export class SessionWatch {
  readonly #now: () => number;
  #hasWorked = false;
  #pingHasWorked = false;
  #strikes = 0;
  #pauses = 0;
  #pauseEnd = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What the result gives rise to suspect; `undefined` for nothing. */
  judge(seen: SessionResult): Suspicion | undefined {
    const { result, isRepeat } = seen;
    if (result.ok) {
      this.#works(seen.method);
    }
    const suspicion = result.ok ? undefined : this.#suspect(seen, result.failure);
    if (isRepeat) {
      this.#repeated(result.ok || (suspicion === undefined && result.failure.httpStatus === undefined));
    }
    return isRepeat || this.#now() < this.#pauseEnd ? undefined : suspicion;
  }

  /** Another session is in use. */
  renewed(): void {
    this.#hasWorked = false;
    this.#strikes = 0;
  }

  /** There is no new session. */
  wasRefused(): void {
    this.#pause(MAX_REFUSED_PAUSE_MILLIS);
  }

  /** What was refused has been repeated in a new session, which helped or did not. */
  #repeated(hasHelped: boolean): void {
    if (hasHelped) {
      this.#pauses = 0;
      this.#pauseEnd = -Infinity;
    } else {
      this.#pause(MAX_PAUSE_MILLIS);
    }
  }

  #works(method: string): void {
    this.#hasWorked = true;
    this.#strikes = 0;
    if (method === 'ping') {
      this.#pingHasWorked = true;
    }
  }

  #suspect({ method, hasId, isCurrent }: SessionResult, failure: HopFailure): Suspicion | undefined {
    const { httpStatus } = failure;
    if (saysSessionLost(failure) || (hasId && (httpStatus === NOT_FOUND || httpStatus === GONE_STATUS))) {
      return 'said';
    }
    if (httpStatus === undefined) {
      if (failure.rpcError !== undefined) {
        this.#works('');
      }
      return undefined;
    }
    if (!hasId || !isSuspicious(httpStatus)) {
      return undefined;
    }
    if (!isCurrent) {
      return httpStatus < 500 ? 'refused' : undefined; // another one has found out that the session was lost
    }
    if (!this.#hasWorked) {
      return undefined;
    }
    if (method === 'ping') {
      return this.#pingHasWorked ? 'refused' : undefined;
    }
    this.#strikes += 1;
    return this.#strikes < STRIKES ? undefined : httpStatus >= 500 ? 'failed' : 'refused';
  }

  #pause(maxMillis: number): void {
    this.#pauseEnd = this.#now() + Math.min(maxMillis, MIN_PAUSE_MILLIS * 2 ** Math.min(this.#pauses, 16));
    this.#pauses += 1;
  }
}

function isSuspicious(status: number): boolean {
  return status === 400 || status === 401 || status === 403 || status >= 500;
}
