import type { OperationCore } from '../../operations/frame/core.ts';
import type { Forwarding } from '../../operations/hops/forward.ts';
import { unlessAborted } from '../../protocol/unless-aborted.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { UpstreamLists } from './upstream-lists.ts';
import type { MayUse } from './upstream-names.ts';

/** Who waits for upstreams that boot. */
export interface BootWaitOptions {
  readonly core: Pick<OperationCore, 'upstreams' | 'bootWaitMillis'>;
  readonly mayUse: MayUse;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal | undefined;
}

/** What {@link bootingOwners} works with. */
export interface BootingOwnersOptions extends BootWaitOptions {
  readonly lists: Pick<UpstreamLists, 'isPlaced' | 'isListed'>;
  readonly forwarding: Pick<Forwarding, 'send'>;
}

/** Waits for the first tries of the upstreams that somebody may use, as a call waits for them. */
export async function untilTried({ core, mayUse, signal }: BootWaitOptions): Promise<void> {
  const waitedFor = core.upstreams.firstTries().filter(mayUse);
  const tried = Promise.all(waitedFor.map((upstream) => upstream.connect(core.bootWaitMillis)));
  await unlessAborted<unknown>(tried, signal, () => undefined);
}

/**
 * The upstreams that may turn out to have a resource: none once it is known who has it. Those whose first try has not ended
 * are waited for, as a call waits for them.
 */
export async function bootingOwners(uri: string, options: BootingOwnersOptions): Promise<readonly Upstream[]> {
  const { core, lists, forwarding, mayUse } = options;
  const untried = (): readonly Upstream[] => core.upstreams.firstTries().filter(mayUse);
  const isListed = (): Promise<boolean> => lists.isListed(uri, forwarding, mayUse);
  if (untried().length === 0 || (await lists.isPlaced(uri, mayUse)) || (await isListed())) {
    return [];
  }
  await untilTried(options);
  const booting = untried();
  return booting.length === 0 || (await isListed()) ? [] : booting;
}

/** Why nobody can say yet that there is no such resource. */
export function notKnownYet(uri: string, booting: readonly Upstream[]): string {
  const names = booting.map(({ settings }) => settings.key).join(', ');
  return `Resource not known yet: ${uri}: ${names} still start`;
}
