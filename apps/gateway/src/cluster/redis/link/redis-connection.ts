import type { MessageListener, RedisCommand } from './redis-link.ts';

/** One connection that is made and lost as a whole. */
export interface RedisConnection {
  send(command: RedisCommand): Promise<unknown>;
  subscribe(channel: string, listener: MessageListener): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Ends it at once; commands underway are rejected. */
  destroy(): void;
}

/** How a connection is made. */
export interface OpenOptions {
  /** Called at most once, when it is lost. */
  readonly onLost: (reason: Error) => void;
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** Makes a connection. @throws {Error} When the server can't be reached, or refuses who asks. */
export type OpenConnection = (options: OpenOptions) => Promise<RedisConnection>;

/** How long a connection may take to stand, greeting and login included. */
const CONNECT_MILLIS = 2_000;

/** Makes a connection in time, or none. @throws {Error} When it can't be made, or not in time. */
export async function openInTime(open: OpenConnection, onLost: OpenOptions['onLost']): Promise<RedisConnection> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no connection within ${CONNECT_MILLIS} ms`)), CONNECT_MILLIS);
  const { signal } = late;
  try {
    return await Promise.race([open({ onLost, signal }), rejected(signal)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects when the signal aborts, with its reason. */
function rejected(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
