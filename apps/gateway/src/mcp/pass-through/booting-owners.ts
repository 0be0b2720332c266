import type { OperationCore } from '../../operations/frame/core.ts';
import type { Forwarding } from '../../operations/hops/forward.ts';
import { unlessAborted } from '../../protocol/unless-aborted.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { UpstreamLists } from './upstream-lists.ts';
import type { MayUse } from './upstream-names.ts';

/** What {@link bootingOwners} works with. */
export interface BootingOwnersOptions {
  readonly core: Pick<OperationCore, 'upstreams' | 'bootWaitMillis'>;
  readonly lists: Pick<UpstreamLists, 'isPlaced' | 'isListed'>;
  readonly forwarding: Pick<Forwarding, 'send'>;
  readonly mayUse: MayUse;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal | undefined;
}

/**
 * The upstreams that may turn out to have a resource: none once it is known who has it. Those whose first try has not ended
 * are waited for, as a call waits for them.
 */
export async function bootingOwners(
  uri: string,
  { core, lists, forwarding, mayUse, signal }: BootingOwnersOptions,
): Promise<readonly Upstream[]> {
  const untried = (): readonly Upstream[] => core.upstreams.firstTries().filter(mayUse);
  const isListed = (): Promise<boolean> => lists.isListed(uri, forwarding, mayUse);
  if (untried().length === 0 || (await lists.isPlaced(uri, mayUse)) || (await isListed())) {
    return [];
  }
  const tried = Promise.all(untried().map((upstream) => upstream.connect(core.bootWaitMillis)));
  await unlessAborted<unknown>(tried, signal, () => undefined);
  const booting = untried();
  return booting.length === 0 || (await isListed()) ? [] : booting;
}

/** Why nobody can say yet that there is no such resource. */
export function notKnownYet(uri: string, booting: readonly Upstream[]): string {
  const names = booting.map(({ settings }) => settings.key).join(', ');
  return `Resource not known yet: ${uri}: ${names} still start`;
}
