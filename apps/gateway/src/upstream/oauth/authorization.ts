import type { FailedHop } from '../hop/failures.ts';

/** An upstream that answered a request with 401. */
export interface RefusedToken {
  /** The value of `Authorization` that it was sent. */
  readonly used: string | undefined;
  /** What it said of it in `WWW-Authenticate`. */
  readonly challenge: string | undefined;
}

/** Where requests to an upstream get their `Authorization` from. */
export interface Authorization {
  /** The value of the header at this moment; `undefined` where there is none. */
  readonly header: string | undefined;
  /** Whether there is another token now than the one refused: then the request is worth a second try. Never rejects. */
  renew(refused: RefusedToken): Promise<boolean>;
  /**
   * What a request comes to that is refused though {@link renew} was asked; `backend-unreachable`: so would every other.
   * `undefined` where tokens would not help. Never rejects.
   */
  whyRefused(): Promise<FailedHop | undefined>;
}
