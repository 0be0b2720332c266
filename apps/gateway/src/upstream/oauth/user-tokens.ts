import { BoundedMap } from '@dcc-mcp/bounds';
import { failed, type FailedHop } from '../hop/failures.ts';
import type { Authorization, RefusedToken } from './authorization.ts';
import { type OauthFailure, toOauthFailure } from './oauth-failure.ts';
import type { HopUser, OauthSettings } from './oauth-settings.ts';
import type { AccessToken, Discovery } from './token-record.ts';
import { renewalAt, toGrantedToken } from './token-record.ts';

export interface UserTokensOptions {
  readonly url: string;
  readonly settings: OauthSettings;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Tokens kept at a time; past it the one used longest ago goes. */
const MAX_USERS = 1_000;
/** How long a token is kept of which nobody said when it ends. */
const UNKNOWN_LIFE_MILLIS = 5 * 60_000;
/** How long a refusal stands: whatever a model does, the authorization server is not asked in a loop. */
const REFUSED_MILLIS = 1_000;
/** How long a token that took a refused one's place is not replaced when it is refused, too: the next one would be as well. */
const PAUSE_MILLIS = 5_000;

/** A token for a user, or why there is none. */
export type UserToken =
  | { readonly ok: true; readonly token: AccessToken }
  | { readonly ok: false; readonly failure: OauthFailure };

interface Kept {
  readonly token: Promise<UserToken>;
  /** Until when it is handed out, in epoch milliseconds; while it is asked for: for ever. */
  until: number;
  /** When it took the place of one that was refused; absent: it did not. */
  readonly replacedAt?: number;
}

/** Exchanges the tokens of users for tokens of one upstream (RFC 8693), and keeps those until shortly before their end. */
export class UserTokens {
  readonly #options: UserTokensOptions;
  readonly #kept = new BoundedMap<string, Kept>({ maxEntries: MAX_USERS });
  #discovery: Promise<Discovery> | undefined;

  constructor(options: UserTokensOptions) {
    this.#options = options;
  }

  /** Never rejects. Calls of one user at once ask once. */
  get(user: HopUser): Promise<UserToken> {
    const known = this.#kept.get(user.id);
    const kept = known !== undefined && known.until > this.#options.now() ? known : this.#ask(user);
    return kept.token;
  }

  /** Another token than the one that is taken no longer; `undefined` where that one was such another just now. Never rejects. */
  async replace(user: HopUser): Promise<UserToken | undefined> {
    const kept = this.#kept.get(user.id);
    const now = this.#options.now();
    if (kept?.replacedAt !== undefined && now - kept.replacedAt < PAUSE_MILLIS) {
      return undefined;
    }
    return this.#ask(user, now).token;
  }

  #ask(user: HopUser, replacedAt?: number): Kept {
    const token = this.#exchange(user);
    const until = Number.POSITIVE_INFINITY;
    const kept: Kept = { token, until, ...(replacedAt === undefined ? {} : { replacedAt }) };
    void this.#keepUntil(kept);
    this.#kept.set(user.id, kept);
    return kept;
  }

  async #keepUntil(kept: Kept): Promise<void> {
    const result = await kept.token;
    const now = this.#options.now();
    kept.until = result.ok ? Math.min(renewalAt(result.token), now + UNKNOWN_LIFE_MILLIS) : now + REFUSED_MILLIS;
  }

  async #exchange(user: HopUser): Promise<UserToken> {
    const sdk = await import('./sdk-grants.ts');
    const place = { url: this.#options.url, settings: this.#options.settings };
    try {
      const discovery = await (this.#discovery ??= sdk.discover(place, undefined));
      const answer = await sdk.exchange(place, discovery, user.token());
      const { refreshToken: _unused, scope: _granted, ...token } = toGrantedToken(answer, this.#options.now());
      return { ok: true, token };
    } catch (error) {
      const code = sdk.errorCodeOf(error);
      if (code === undefined) {
        this.#discovery = undefined; // it may have moved, or not have been found
      }
      return { ok: false, failure: toOauthFailure(error, code) };
    }
  }
}

/** What one session sends that serves one user: the user's token for the upstream, as fresh as the last call. */
export class UserAuthorization implements Authorization {
  readonly #tokens: UserTokens;
  #user: HopUser;
  #header: string | undefined;
  #renewal: Promise<boolean> | undefined;

  constructor(tokens: UserTokens, user: HopUser) {
    this.#tokens = tokens;
    this.#user = user;
  }

  get header(): string | undefined {
    return this.#header;
  }

  /** Sees to a token that is good now; the user may have a newer one of their own. @returns Why there is none. */
  async prepare(user: HopUser): Promise<OauthFailure | undefined> {
    this.#user = user;
    return this.#take(await this.#tokens.get(user));
  }

  renew({ used }: RefusedToken): Promise<boolean> {
    if (this.#header !== undefined && this.#header !== used) {
      return Promise.resolve(true);
    }
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renew(): Promise<boolean> {
    const replacement = await this.#tokens.replace(this.#user);
    return replacement !== undefined && this.#take(replacement) === undefined;
  }

  #take(held: UserToken): OauthFailure | undefined {
    this.#header = held.ok ? `Bearer ${held.token.accessToken}` : undefined;
    return held.ok ? undefined : held.failure;
  }

  async whyRefused(): Promise<FailedHop> {
    return failed('forbidden', 'The upstream refuses the token of this user');
  }
}
