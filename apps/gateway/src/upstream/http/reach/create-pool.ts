import type { SocketConstructorOpts } from 'node:net';
import { buildConnector, Pool } from 'undici';
import type { Reach } from './reach.ts';

/** Bound of making a connection. */
export const CONNECT_MILLIS = 10_000;

/** How requests go over the connections to one origin. */
export const OF_ONE_ORIGIN = {
  pipelining: 1,
  allowH2: false,
  headersTimeout: 0, // the hop's own timeout is the only one
  bodyTimeout: 0,
} as const;

/**
 * Connections to one origin, to which they go themselves; with `reach` to addresses alone that it
 * allows, asked at each connection, because a name may mean another address by then.
 */
export function createPool(url: URL, connections: number, reach: Reach | undefined): Pool {
  return new Pool(url.origin, {
    connections,
    ...OF_ONE_ORIGIN,
    connect: createConnector(reach),
  });
}

/** What makes connections to a server; `more` as `net.connect` has it. */
export function createConnector(
  reach: Reach | undefined,
  more: Pick<SocketConstructorOpts, 'onread'> = {},
): buildConnector.connector {
  if (reach === undefined) {
    return buildConnector({ ...more, timeout: CONNECT_MILLIS });
  }
  const connect = buildConnector({ ...more, timeout: CONNECT_MILLIS, lookup: reach.lookup });
  return (options, callback) => {
    const refusal = reach.refusal(options.hostname);
    if (refusal === undefined) {
      connect(options, callback);
    } else {
      callback(refusal, null);
    }
  };
}
