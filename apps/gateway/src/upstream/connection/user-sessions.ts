import { failed, type FailedHop, shuttingDown, unreachable } from '../hop/failures.ts';
import type { Authorization } from '../oauth/authorization.ts';
import type { OauthFailure } from '../oauth/oauth-failure.ts';
import type { HopUser } from '../oauth/oauth-settings.ts';
import { UserAuthorization, type UserTokens } from '../oauth/user-tokens.ts';
import type { RpcSession } from '../session/rpc-session.ts';

/** Sessions at a time with one upstream; past it the idle one used longest ago ends. */
const MAX_SESSIONS = 256;
/** A session that nobody used for as long ends. */
const IDLE_MILLIS = 10 * 60_000;
const SWEEP_MILLIS = 60_000;

export type OpenedSession = { readonly ok: true; readonly session: RpcSession } | FailedHop;

export interface UserSessionsOptions {
  /** For messages. */
  readonly key: string;
  readonly tokens: UserTokens;
  /** Opens a session that sends the tokens of one user. */
  open(authorization: Authorization): Promise<OpenedSession>;
}

/** `begin` notes that a call uses it; the function given back ends that. */
export type EnteredSession =
  | { readonly ok: true; readonly session: RpcSession; readonly begin: () => () => void }
  | FailedHop;

interface UserSession {
  readonly authorization: UserAuthorization;
  opened: Promise<OpenedSession> | undefined;
  session: RpcSession | undefined;
  /** Calls that use it. */
  users: number;
  /** On the monotonic clock. */
  usedAt: number;
}

/**
 * Sessions with an upstream that is called as the user of each call: one for each user, because a server may keep in a session
 * what is for one alone.
 */
export class UserSessions {
  readonly #options: UserSessionsOptions;
  /** The one used longest ago first. */
  readonly #sessions = new Map<string, UserSession>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: UserSessionsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MILLIS).unref();
  }

  /** The session of the user, opened where there is none; a caller who is no such user, or gets no token, is told so. */
  async enter(user: HopUser | undefined): Promise<EnteredSession> {
    const { key } = this.#options;
    if (user === undefined) {
      return failed('forbidden', `${key} is called with each user's own rights; ${SIGN_IN}`);
    }
    const held = this.#take(user);
    const failure = await held.authorization.prepare(user);
    if (failure !== undefined) {
      return toFailedHop(key, failure);
    }
    const opened = await this.#opened(held);
    return opened.ok ? { ok: true, session: opened.session, begin: () => begin(held) } : opened;
  }

  /** Ends the calls in all of them. */
  endCalls(): void {
    for (const { session } of this.#sessions.values()) {
      session?.endCalls(shuttingDown());
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const opened = [...this.#sessions.values()].flatMap((held) => held.opened ?? []);
    this.#sessions.clear();
    await Promise.all(opened.map(async (each) => end(await each)));
  }

  #take(user: HopUser): UserSession {
    const known = this.#sessions.get(user.id);
    const held = known ?? {
      authorization: new UserAuthorization(this.#options.tokens, user),
      opened: undefined,
      session: undefined,
      users: 0,
      usedAt: performance.now(),
    };
    this.#sessions.delete(user.id);
    this.#sessions.set(user.id, held);
    if (known === undefined) {
      this.#makeRoom();
    }
    return held;
  }

  /** Calls that come at once open one. */
  #opened(held: UserSession): Promise<OpenedSession> {
    if (held.session?.isOver === true) {
      held.opened = undefined;
    }
    return (held.opened ??= this.#open(held));
  }

  async #open(held: UserSession): Promise<OpenedSession> {
    const opened = await this.#options.open(held.authorization);
    held.session = opened.ok ? opened.session : undefined;
    if (!opened.ok) {
      held.opened = undefined; // the next call tries anew
    }
    return opened;
  }

  #makeRoom(): void {
    for (const [id, { users }] of this.#sessions) {
      if (this.#sessions.size <= MAX_SESSIONS) {
        return;
      }
      if (users === 0) {
        this.#end(id);
      }
    }
  }

  #sweep(): void {
    const before = performance.now() - IDLE_MILLIS;
    for (const [id, { users, usedAt }] of this.#sessions) {
      if (users === 0 && usedAt < before) {
        this.#end(id);
      }
    }
  }

  #end(id: string): void {
    const held = this.#sessions.get(id);
    this.#sessions.delete(id);
    void held?.opened?.then(end);
  }
}

const SIGN_IN = 'sign in at the gateway with a token of its issuer, a JWT';

function begin(held: UserSession): () => void {
  held.users += 1;
  return () => {
    held.users -= 1;
    held.usedAt = performance.now();
  };
}

async function end(opened: OpenedSession): Promise<void> {
  await (opened.ok ? opened.session.close() : undefined);
}

/** What an authorization server refuses is refused to the caller; one that can't be reached is no fault of the caller. */
function toFailedHop(key: string, { result, message }: OauthFailure): FailedHop {
  return result === 'failed_network'
    ? unreachable(`There is no token of this user for ${key} (${message})`)
    : failed('forbidden', `There is no token of this user for ${key} (${message})`);
}
