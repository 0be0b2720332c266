import { isCancellable, type Hop } from '../../hop/hop.ts';
import type { Suspicion } from '../../session/transport.ts';
import type { HopResult } from '../../upstream.ts';
import { SessionWatch } from './lost-session.ts';

/** A session of the handshake era; a server may give it no id. */
export interface HttpSession {
  readonly id: string | undefined;
}

/** A request that was sent in a session. */
export interface SentInSession {
  readonly hop: Hop;
  readonly session: HttpSession;
  readonly isRepeat: boolean;
}

export interface KeptSessionOptions {
  /** Opens another session; true when there is one. */
  renew(why: Suspicion): Promise<boolean>;
  /** Takes back what is on its way for the request. */
  drop(hop: Hop): void;
}

/** The session with an upstream: opened anew where the upstream has forgotten it, with what it refused repeated once. */
export class KeptSession {
  readonly #options: KeptSessionOptions;
  readonly #watch = new SessionWatch(() => performance.now());
  #current: HttpSession = { id: undefined };
  #renewal: Promise<boolean> | undefined;

  constructor(options: KeptSessionOptions) {
    this.#options = options;
  }

  get current(): HttpSession {
    return this.#current;
  }

  opened(id: string | undefined): void {
    this.#current = { id };
    this.#watch.renewed();
  }

  /** Looks at each result of a request before its caller gets it; `repeat` sends the request once more, in a new session. */
  watch(sent: SentInSession, repeat: () => void): void {
    const { hop, session, isRepeat } = sent;
    const { method } = hop.call;
    if (!isCancellable(method)) {
      return; // what a session is opened with must not wait for one
    }
    const hold = (result: HopResult): boolean => {
      if (this.#renewal !== undefined && method === 'ping') {
        return false; // it may be what the renewal waits for
      }
      const isCurrent = session === this.#current;
      const suspicion = this.#watch.judge({ method, result, hasId: session.id !== undefined, isCurrent, isRepeat });
      if (suspicion !== undefined) {
        void this.#repeat(sent, { result, suspicion, repeat });
      }
      return suspicion !== undefined;
    };
    hop.hold = hold; // written here, it would outlive its call (decision 030)
  }

  async #repeat(
    { hop, session }: SentInSession,
    { result, suspicion, repeat }: { result: HopResult; suspicion: Suspicion; repeat: () => void },
  ): Promise<void> {
    hop.hold = () => true; // whatever else comes in the session that is lost
    this.#options.drop(hop);
    const isRenewed = await this.#renewed(session, suspicion);
    hop.hold = undefined;
    if (!isRenewed) {
      hop.end(result);
    } else if (!hop.isEnded) {
      repeat();
    }
  }

  /** Whether there is another session; requests that notice it together open one. */
  #renewed(lost: HttpSession, suspicion: Suspicion): Promise<boolean> {
    if (this.#renewal === undefined && this.#current !== lost) {
      return Promise.resolve(true);
    }
    this.#renewal ??= this.#renew(suspicion).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renew(suspicion: Suspicion): Promise<boolean> {
    const isRenewed = await this.#options.renew(suspicion);
    if (!isRenewed) {
      this.#watch.wasRefused();
    }
    return isRenewed;
  }
}
