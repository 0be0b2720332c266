import { unlessAborted } from '../../protocol/unless-aborted.ts';
import type { AdmittedHop, HopEnvelope, HopRequest, HopResult } from '../upstream.ts';
import { cancelled, timedOutUnsent } from './failures.ts';

interface Admission {
  readonly hop: HopRequest;
  readonly queueWaitMillis: number;
  readonly remainingMillis: number;
}

/**
 * Sends a request that has its turn once its caller, in another process, has said what goes with it. That one may be
 * stuck or gone: the turn ends, so that others have theirs, when the request is cancelled or its time is over.
 */
export async function whenBegun(
  begun: Promise<HopEnvelope>,
  { hop, queueWaitMillis, remainingMillis }: Admission,
  send: (admitted: AdmittedHop) => Promise<HopResult>,
): Promise<HopResult> {
  const deadline = performance.now() + remainingMillis;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), remainingMillis);
  const given = unlessAborted(unlessAborted(begun, hop.signal, cancelled), late.signal, () =>
    timedOutUnsent(hop.timeoutMillis, queueWaitMillis),
  );
  const envelope = await given.finally(() => clearTimeout(timer));
  return 'failure' in envelope
    ? envelope
    : send({ hop, envelope, timeoutMillis: Math.max(1, Math.ceil(deadline - performance.now())) });
}
