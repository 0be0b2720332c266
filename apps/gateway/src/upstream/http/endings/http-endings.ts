import { badAnswer, hostDied, unreachable, type FailedHop } from '../../hop/failures.ts';
import type { HttpEnding } from '../exchange/http-exchange.ts';
import type { Reach } from '../reach/reach.ts';
import { whyNotConnecting } from './can-connect.ts';
import { toStatusFailure, type Peer } from './http-status.ts';
import { CONNECTION_REFUSED, toReason, whyNeverConnected, whyNotThroughProxy } from './network-errors.ts';

/** What an HTTP exchange that ended in order, but without an answer, means for its call. */
export function explainEnding(ending: Exclude<HttpEnding, { kind: 'broken' }>, peer: Peer): FailedHop {
  if (ending.kind === 'unreadable') {
    return badAnswer('other', `The answer of the upstream was not read: ${ending.reason}`);
  }
  return ending.isStream
    ? badAnswer('empty_result', 'The stream of the upstream ended without an answer')
    : toStatusFailure(ending, peer);
}

/** What a broken connection means; `gone` says why nobody listens at the other end any more, where that is certain. */
export interface BreakExplanation {
  readonly result: FailedHop;
  readonly gone: string | undefined;
}

/** How an upstream is connected to. */
export interface Way {
  readonly reach: Reach | undefined;
  /** The proxy that makes the connections, as people may read of it. */
  readonly proxy: string | undefined;
}

/**
 * No connection, or one that broke in the middle of a call: is the host dead, or did it only drop this connection? Behind a
 * proxy nobody can say: it alone connects to the host, which may well not be reached from here.
 */
export async function explainBreak(error: Error, url: URL, { reach, proxy }: Way): Promise<BreakExplanation> {
  const neverConnected = proxy === undefined ? whyNeverConnected(error) : whyNotThroughProxy(error, proxy);
  const why = neverConnected ?? (proxy === undefined ? await whyNotConnecting(url, reach) : undefined);
  const gone = why === CONNECTION_REFUSED ? why : undefined;
  if (why === undefined) {
    const message = `The upstream broke the connection off: ${toReason(error)}`;
    return { result: badAnswer('transport', message), gone };
  }
  return neverConnected === undefined
    ? { result: hostDied(`The upstream died while it worked: ${why}`), gone }
    : { result: unreachable(`The upstream can not be reached: ${why}`), gone };
}
