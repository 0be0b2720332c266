import type { SearchMemory, SearchPrincipal } from '../../../search/memory/search-memory.ts';
import type { Peer, Services } from '../channel/peer.ts';
import { remotePort } from './ports.ts';

/** Every call that ends ok settles: what comes within so long is told at once. */
const SETTLE_MILLIS = 20;
/** Principals of one message. */
const MAX_SETTLED = 10_000;

/** The search memory of another process; who has found what was searched is told of in one message for many. */
export function remoteSearchMemory(peer: Pick<Peer, 'call'>): SearchMemory {
  const memory = remotePort(peer, 'searchMemory');
  let settled: SearchPrincipal[] = [];
  let settling: Promise<unknown> | undefined;
  const settleAll = async (): Promise<void> => {
    await new Promise((resolve) => void setTimeout(resolve, SETTLE_MILLIS));
    const told = settled;
    settled = [];
    settling = undefined;
    await peer.call('searchMemory.settleAll', told);
  };
  return {
    remember: (search) => memory.remember(search),
    join: (followUp) => memory.join(followUp),
    settle: async (principal) => {
      if (settled.length < MAX_SETTLED) {
        settled.push(principal);
      }
      await (settling ??= settleAll());
    },
  };
}

/** Answers what {@link remoteSearchMemory} asks besides. */
export function servedSearchMemory(memory: SearchMemory): Services {
  return {
    'searchMemory.settleAll': async (principals: readonly SearchPrincipal[]) => {
      await Promise.all(principals.map((principal) => memory.settle(principal)));
    },
  };
}
