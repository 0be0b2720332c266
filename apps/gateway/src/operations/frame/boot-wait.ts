import { unlessAborted } from '../../protocol/unless-aborted.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { RunningOperation } from './core.ts';

/** How long an operation may still wait for upstreams that boot, in milliseconds: counted from its request, not from now. */
export function bootMillisLeft({ core, caller }: Pick<RunningOperation, 'core' | 'caller'>): number {
  const now = core.now();
  return Math.max(0, core.bootWaitMillis - (now - (caller.receivedAt ?? now)));
}

/**
 * Waits for the first tries of the upstreams that matter, as long as the request may. Those that boot for longer than a
 * first try may take are waited for no more: each request would.
 *
 * @param matters Which upstreams the operation asks.
 * @returns Those whose tools are not known yet.
 */
export async function untilTried(
  running: RunningOperation,
  matters: (upstream: Upstream) => boolean,
): Promise<readonly Upstream[]> {
  const { upstreams } = running.core;
  const waitedFor = upstreams.firstTries().filter(matters);
  const millis = bootMillisLeft(running);
  if (waitedFor.length > 0 && millis > 0) {
    const tried = Promise.all(waitedFor.map((upstream) => upstream.connect(millis)));
    await unlessAborted<unknown>(tried, running.caller.signal, () => undefined);
  }
  return upstreams.unknownYet().filter(matters);
}
