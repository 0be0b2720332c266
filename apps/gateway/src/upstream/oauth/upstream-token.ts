import type { OauthRefreshResult } from '@dcc-mcp/semantic-conventions';
import { messageOf } from '../../protocol/thrown-error.ts';
import { type FailedHop, unreachable } from '../hop/failures.ts';
import type { Authorization, RefusedToken } from './authorization.ts';
import { needsLogin, type OauthFailure, toOauthFailure } from './oauth-failure.ts';
import type { OauthRefresh, OauthSettings } from './oauth-settings.ts';
import type * as Sdk from './sdk-grants.ts';
import { type Discovery, type GrantedToken, renewalAt, type TokenRecord, toGrantedToken } from './token-record.ts';
import type { TokenStore } from './token-store.ts';

export interface UpstreamTokenOptions {
  readonly key: string;
  readonly url: string;
  /** Absent: only what a login has left behind is used. */
  readonly settings: OauthSettings | undefined;
  readonly store: TokenStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
  onRefresh(refresh: OauthRefresh): void;
  /** There is another token, or none any more, though nobody here asked for one: somebody logged in or out. */
  onChanged(): void;
  /** One line for people. */
  readonly log: (line: string) => void;
}

/** How often it is looked whether somebody logged in, and whether the token is to be replaced. */
const TICK_MILLIS = 1_000;
/** After a server did not say that it takes tokens. */
const ASK_AGAIN_MILLIS = 30_000;
/** After a refresh that failed. */
const RETRY_MILLIS = 5_000;
/** How long a token that took a refused one's place is not replaced when it is refused, too: the next one would be as well. */
const MIN_PAUSE_MILLIS = 5_000;
const MAX_PAUSE_MILLIS = 300_000;

/** The token of the gateway itself for one upstream: that of a login, or that of a client. */
export class UpstreamToken implements Authorization {
  readonly #options: UpstreamTokenOptions;
  #record: TokenRecord | undefined;
  #token: GrantedToken | undefined;
  #version: string | undefined;
  #discovery: Discovery | undefined;
  #challenge: string | undefined;
  #failure: OauthFailure | undefined;
  #running: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryAt = 0;
  /** The token that took the place of a refused one. */
  #replacement: GrantedToken | undefined;
  #pauseMillis = MIN_PAUSE_MILLIS;
  #pausedUntil = 0;
  #isProtected = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: UpstreamTokenOptions) {
    this.#options = options;
  }

  get header(): string | undefined {
    return this.#token && `Bearer ${this.#token.accessToken}`;
  }

  /** Sees to a token that is good now, where one is to be had. @returns Why there is none though there should be one. */
  async prepare(): Promise<string | undefined> {
    if (!this.#isOfClient) {
      await this.#load();
    }
    if (this.#isOfClient || this.#record !== undefined || this.#options.settings !== undefined) {
      this.#watch();
    }
    const isWanted = this.#token === undefined ? this.#isOfClient : renewalAt(this.#token) <= this.#options.now();
    if (isWanted && !(await this.#renewOnce())) {
      return this.#isUsable ? undefined : this.#whyNone();
    }
    return undefined;
  }

  async renew({ used, challenge }: RefusedToken): Promise<boolean> {
    this.#challenge = challenge;
    if (this.header !== undefined && this.header !== used) {
      return true;
    }
    if (!this.#isOfClient && (await this.#load()) && this.header !== undefined) {
      return true;
    }
    const now = this.#options.now();
    if (now < this.#pausedUntil || (this.#token === undefined && !this.#isOfClient)) {
      return false;
    }
    const isAgain = this.#token !== undefined && this.#token === this.#replacement;
    this.#pauseMillis = isAgain ? Math.min(MAX_PAUSE_MILLIS, this.#pauseMillis * 2) : MIN_PAUSE_MILLIS;
    const hasNew = await this.#renewOnce();
    this.#replacement = hasNew ? this.#token : undefined;
    this.#pausedUntil = hasNew ? now + this.#pauseMillis : 0;
    return hasNew;
  }

  async whyRefused(): Promise<FailedHop | undefined> {
    const why = await this.#whyRefused();
    return why === undefined ? undefined : unreachable(why);
  }

  async #whyRefused(): Promise<string | undefined> {
    if (this.#isOfClient) {
      return this.#failure === undefined ? 'The upstream refuses the token of its client' : this.#whyNone();
    }
    if (this.#options.settings === undefined && this.#record === undefined && !(await this.#asksForTokens())) {
      return undefined;
    }
    this.#watch();
    return this.#whyNone();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /** Tokens of a client are had without a human, and kept nowhere. */
  get #isOfClient(): boolean {
    const { settings } = this.#options;
    return settings !== undefined && settings.grant !== 'authorization_code';
  }

  get #isUsable(): boolean {
    const { expiresAt = Number.POSITIVE_INFINITY } = this.#token ?? { expiresAt: 0 };
    return expiresAt > this.#options.now();
  }

  get #place(): Sdk.Place {
    const { url, settings } = this.#options;
    return { url, settings };
  }

  #whyNone(): string {
    const { key } = this.#options;
    if (this.#failure === undefined || this.#failure.result === 'failed_invalid_grant') {
      return this.#isOfClient ? `no token (${this.#failure?.message ?? 'none was asked for'})` : needsLogin(key);
    }
    return `no token (${this.#failure.message})`;
  }

  /** A server that said so is not asked again; one that did not, now and then: it may only have been slow. */
  async #asksForTokens(): Promise<boolean> {
    const now = this.#options.now();
    if (!this.#isProtected && now >= this.#askedAt + ASK_AGAIN_MILLIS) {
      this.#askedAt = now;
      const { isProtectedResource } = await import('./sdk-grants.ts');
      this.#isProtected = await isProtectedResource(this.#options.url, this.#challenge);
    }
    return this.#isProtected;
  }

  /** Takes what the store has. @returns Whether that is another token. */
  async #load(): Promise<boolean> {
    const { store, key, url } = this.#options;
    const version = await store.version(key);
    if (version === this.#version) {
      return false;
    }
    const read = version === undefined ? undefined : await store.read(key);
    this.#version = version;
    // A server that has moved is another one: what was meant for the old place goes to no new one.
    const record = read !== undefined && new URL(read.url).origin === new URL(url).origin ? read : undefined;
    const before = this.#token?.accessToken;
    this.#record = record;
    this.#token = record?.token;
    if (this.#token?.accessToken !== before) {
      this.#failure = undefined;
      this.#retryAt = 0;
    }
    return this.#token?.accessToken !== before;
  }

  #watch(): void {
    if (!this.#isClosed) {
      this.#timer ??= setInterval(() => void this.#tick(), TICK_MILLIS).unref();
    }
  }

  async #tick(): Promise<void> {
    try {
      if (!this.#isOfClient && (await this.#load())) {
        this.#options.onChanged();
      }
    } catch (error) {
      this.#options.log(`the login can not be read: ${messageOf(error)}`);
    }
    const now = this.#options.now();
    const canRenew = this.#isOfClient || this.#token?.refreshToken !== undefined;
    if (this.#token !== undefined && canRenew && renewalAt(this.#token) <= now && this.#retryAt <= now) {
      await this.#renewOnce();
    }
  }

  /** Several that find the token refused at once ask for one new token. Never rejects. */
  #renewOnce(): Promise<boolean> {
    this.#running ??= this.#renew().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #renew(): Promise<boolean> {
    const startedAt = performance.now();
    const isFirst = this.#token === undefined;
    if (!this.#isOfClient && this.#token?.refreshToken === undefined) {
      return false;
    }
    const sdk = await import('./sdk-grants.ts');
    let result: OauthRefreshResult = 'success';
    try {
      await (this.#isOfClient ? this.#askAsClient(sdk) : this.#refresh(sdk));
      this.#failure = undefined;
    } catch (error) {
      const code = sdk.errorCodeOf(error);
      if (code === undefined) {
        this.#discovery = undefined; // it may have moved
      }
      this.#failure = toOauthFailure(error, code);
      ({ result } = this.#failure);
      this.#retryAt = this.#options.now() + RETRY_MILLIS;
    }
    if (!isFirst) {
      this.#options.onRefresh({ result, durationSeconds: (performance.now() - startedAt) / 1_000 });
    }
    return result === 'success';
  }

  async #askAsClient(sdk: typeof Sdk): Promise<void> {
    this.#discovery ??= await sdk.discover(this.#place, this.#challenge);
    this.#token = toGrantedToken(await sdk.clientCredentials(this.#place, this.#discovery), this.#options.now());
  }

  /** Another gateway may have used the refresh token meanwhile: then its new token is taken. */
  async #refresh(sdk: typeof Sdk): Promise<void> {
    const { store, key } = this.#options;
    await store.exclusively(key, async () => {
      if ((await this.#load()) && this.#isUsable) {
        return;
      }
      const record = this.#record;
      if (record?.token === undefined) {
        throw new Error('somebody has logged out');
      }
      const { token: before, ...rest } = record;
      try {
        const token = toGrantedToken(await sdk.refresh(this.#place, record), this.#options.now(), before);
        await this.#keep({ ...rest, token });
      } catch (error) {
        if (toOauthFailure(error, sdk.errorCodeOf(error)).result === 'failed_invalid_grant') {
          await this.#keep(rest); // it is not tried again
        }
        throw error;
      }
    });
  }

  /** What can't be written works on in this process. */
  async #keep(record: TokenRecord): Promise<void> {
    const { store, key, log } = this.#options;
    this.#record = record;
    this.#token = record.token;
    try {
      await store.write(key, record);
      this.#version = await store.version(key);
    } catch (error) {
      log(`the new token can not be kept: ${messageOf(error)}`);
    }
  }
}
