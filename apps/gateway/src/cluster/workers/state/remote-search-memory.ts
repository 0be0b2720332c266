import { untilRecorded } from '../../../recording/record/recorder.ts';
import type { SearchMemory, SearchPrincipal } from '../../../search/memory/search-memory.ts';
import { principalKey } from '../../../search/memory/search-principal.ts';
import type { Peer, Services } from '../channel/peer.ts';
import { remotePort } from './ports.ts';

/** Every call that ends ok settles: what comes within so long is told at once. */
const SETTLE_MILLIS = 20;
/** Principals of one message. */
const MAX_SETTLED = 10_000;

interface Success {
  readonly principal: SearchPrincipal;
  /** Milliseconds of the clock that both processes share. */
  readonly at: number;
}

/**
 * The search memory of another process; who has found what was searched is told of in one message for many, or before it
 * when the other process asks.
 *
 * @param now Milliseconds of the clock that both processes share.
 */
export function remoteSearchMemory(peer: Pick<Peer, 'call' | 'serve'>, now: () => number): SearchMemory {
  const memory = remotePort(peer, 'searchMemory');
  let settled = new Map<string, Success>();
  let settling: Promise<unknown> | undefined;
  /** Until the other process has answered, it may not have read what it was told. */
  const unanswered = new Set<ReadonlyMap<string, Success>>();
  const settleAll = async (): Promise<void> => {
    await new Promise((resolve) => void setTimeout(resolve, SETTLE_MILLIS));
    const told = settled;
    settled = new Map();
    settling = undefined;
    unanswered.add(told);
    try {
      await peer.call('searchMemory.settleAll', [...told.values()]);
    } finally {
      unanswered.delete(told);
    }
  };
  const lastSuccess = (key: string): number | undefined =>
    [settled, ...[...unanswered].toReversed()].find((successes) => successes.has(key))?.get(key)?.at;
  peer.serve({
    'searchMemory.lastSuccess': async (principal: SearchPrincipal): Promise<number | undefined> => {
      const key = principalKey(principal);
      // What the other process has read by the time of the answer, it may not have read when it asked.
      const known = lastSuccess(key);
      await untilRecorded();
      return lastSuccess(key) ?? known;
    },
  });
  return {
    remember: (search) => memory.remember(search),
    join: (followUp) => memory.join(followUp),
    settle: async (principal, agoMillis = 0) => {
      const key = principalKey(principal);
      if (settled.size < MAX_SETTLED || settled.has(key)) {
        settled.set(key, { principal, at: now() - agoMillis });
      }
      await (settling ??= settleAll());
    },
  };
}

/** Answers what {@link remoteSearchMemory} asks besides. @param now As there. */
export function servedSearchMemory(memory: SearchMemory, now: () => number): Services {
  return {
    'searchMemory.settleAll': async (successes: readonly Success[]) => {
      await Promise.all(successes.map(({ principal, at }) => memory.settle(principal, now() - at)));
    },
  };
}
