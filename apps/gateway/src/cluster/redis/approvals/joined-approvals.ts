import { isDeepStrictEqual } from 'node:util';
import type { Approvals } from '../../../governance/approvals/approvals.ts';
import { EMPTY_LEDGER, type Ledger } from '../../../governance/approvals/ledger.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { withLocal } from '../link/with-local.ts';

/** What {@link JoinedApprovals} is made of. */
export interface JoinedApprovalsOptions {
  readonly link: Pick<RedisLink, 'isUp' | 'status'>;
  readonly remote: Approvals;
  /** Of this machine: a copy of the shared ledger, by which it goes on alone. */
  readonly local: Approvals;
}

type Change = (ledger: Ledger) => Ledger;

/** Changes that are kept while Redis is away; past it the oldest are left to the copy of the file. */
const MAX_MISSED = 1_000;

/**
 * The ledger of all gateways, and the one of this machine while Redis is away. What was changed meanwhile is changed
 * again in the shared one when Redis is back. Of servers that both know the shared one says what may be used, since a
 * person may have decided there; a server that it does not know comes from the machine, for else a definition that is
 * held here would be trusted there as new.
 */
export class JoinedApprovals implements Approvals {
  readonly #options: JoinedApprovalsOptions;
  readonly #missed: Change[] = [];
  #joined: { readonly since: number; readonly done: Promise<unknown> } | undefined;

  constructor(options: JoinedApprovalsOptions) {
    this.#options = options;
  }

  read(): Promise<Ledger> {
    const { link, remote, local } = this.#options;
    return withLocal(
      link,
      async () => {
        await this.#join();
        return this.#copy(await remote.read());
      },
      () => local.read(),
    );
  }

  update(change: Change): Promise<Ledger> {
    const { link, remote, local } = this.#options;
    return withLocal(
      link,
      async () => {
        await this.#join();
        return this.#copy(await remote.update(change));
      },
      () => {
        this.#missed.push(change);
        this.#missed.splice(0, this.#missed.length - MAX_MISSED);
        return local.update(change);
      },
    );
  }

  revision(): Promise<string> {
    const { link, remote, local } = this.#options;
    return withLocal(
      link,
      async () => `shared ${await remote.revision()}`,
      async () => `own ${await local.revision()}`,
    );
  }

  /** Once for each time that Redis answers again. */
  async #join(): Promise<void> {
    const { since } = this.#options.link.status();
    if (this.#joined?.since !== since) {
      this.#joined = { since, done: this.#bring() };
    }
    try {
      await this.#joined.done;
    } catch (error) {
      this.#joined = undefined;
      throw error;
    }
  }

  /** Brings what this machine knows, and what was changed here alone. */
  async #bring(): Promise<void> {
    const own = await this.#options.local.read();
    const missed = [...this.#missed];
    await this.#options.remote.update((ledger) =>
      missed.reduce((changed, change) => change(changed), join(ledger, own)),
    );
    this.#missed.splice(0, missed.length);
  }

  async #copy(ledger: Ledger): Promise<Ledger> {
    await this.#options.local.update((known) => (isDeepStrictEqual(known, ledger) ? known : ledger));
    return ledger;
  }
}

function join(shared: Ledger, own: Ledger): Ledger {
  if (shared === EMPTY_LEDGER) {
    return own.lost || own.servers.size > 0 ? own : shared;
  }
  const others = [...own.servers].filter(([name]) => !shared.servers.has(name));
  return others.length === 0 ? shared : { ...shared, servers: new Map([...shared.servers, ...others]) };
}
