import { types } from 'node:util';
import type { Approvals } from '../../../governance/approvals/approvals.ts';
import type { Ledger } from '../../../governance/approvals/ledger.ts';
import type { Peer, Services } from '../channel/peer.ts';

/** Tries of a change while others change the same; each of them means that another change was made. */
const MAX_TRIES = 100;

interface Replaced {
  readonly isReplaced: boolean;
  readonly ledger: Ledger;
}

/** Approvals of another process: a change is made here and put there where nobody has changed anything in between. */
export function remoteApprovals(peer: Pick<Peer, 'call'>): Approvals {
  // oxlint-disable typescript/no-unsafe-type-assertion -- what the services below answer
  const read = (): Promise<Ledger> => peer.call('approvals.read') as Promise<Ledger>;
  const replace = (before: Ledger, after: Ledger): Promise<Replaced> =>
    peer.call('approvals.replace', before, after) as Promise<Replaced>;
  const revision = (): Promise<string> => peer.call('approvals.revision') as Promise<string>;
  // oxlint-enable typescript/no-unsafe-type-assertion
  return {
    read,
    revision,
    update: async (change) => {
      let before = await read();
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const after = change(before);
        if (after === before) {
          return before;
        }
        const { isReplaced, ledger } = await replace(before, after);
        if (isReplaced) {
          return ledger;
        }
        before = ledger;
      }
      throw new Error('approvals are changed by others all the time');
    },
  };
}

/** Answers {@link remoteApprovals}. */
export function servedApprovals(approvals: Approvals): Services {
  return {
    'approvals.read': () => approvals.read(),
    'approvals.revision': () => approvals.revision(),
    'approvals.replace': async (before: Ledger, after: Ledger): Promise<Replaced> => {
      let isReplaced = false;
      const expected = textOf(before);
      const ledger = await approvals.update((current) => {
        isReplaced = textOf(current) === expected;
        return isReplaced ? after : current;
      });
      return { isReplaced, ledger };
    },
  };
}

/** Two ledgers of the same text are the same. */
function textOf(ledger: Ledger): string {
  return JSON.stringify(ledger, (_, value: unknown) => (isMap(value) ? [...value] : value));
}

/** Also one that was made elsewhere. */
function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return types.isMap(value);
}
