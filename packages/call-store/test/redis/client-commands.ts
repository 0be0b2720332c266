// A plain client of Redis as the commands that rows are shared by: one that is slow counts as away, and is asked until it answers.
import type { RedisCommand, RedisCommands } from '@dcc-mcp/call-store/redis';
import { createClient } from '@redis/client';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ClientCommands extends RedisCommands {
  /** Commands that were sent, by name. */
  readonly counts: ReadonlyMap<string, number>;
  close(): void;
}

type Client = ReturnType<typeof toClient>;

const PROBE_MILLIS = 50;
const PROBE_DEADLINE_MILLIS = 500;

function toClient(url: string, reconnectStrategy: 20 | false = 20) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy, connectTimeout: 500 },
  });
  client.on('error', () => undefined);
  return client;
}

async function inTime<T>(answer: Promise<T>, millis: number): Promise<T> {
  const late = new AbortController();
  const tooLate = sleep(millis, undefined, { signal: late.signal, ref: false }).then(
    () => Promise.reject(new Error(`no answer within ${millis} ms`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    late.abort();
  }
}

export async function clientCommands(url: string): Promise<ClientCommands> {
  const listeners = { up: new Set<() => void>(), down: new Set<() => void>() };
  const counts = new Map<string, number>();
  const client = toClient(url);
  const count = ([name]: RedisCommand): unknown => counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
  const state = { isUp: false, isClosed: false };
  const become = (up: boolean): void => {
    if (up !== state.isUp && !state.isClosed) {
      state.isUp = up;
      listeners[up ? 'up' : 'down'].forEach((listener) => listener());
    }
  };
  client.on('ready', () => become(true));
  client.on('error', () => become(false));
  client.on('end', () => become(false));
  const probe = async (): Promise<void> => {
    while (!state.isUp && !state.isClosed) {
      await sleep(PROBE_MILLIS, undefined, { ref: false });
      const pong = await inTime(client.sendCommand(['PING']), PROBE_DEADLINE_MILLIS).catch(() => undefined);
      become(pong !== undefined);
    }
  };
  const listen = (name: 'up' | 'down') => (listener: () => void) => {
    listeners[name].add(listener);
    return () => void listeners[name].delete(listener);
  };
  await client.connect();
  return {
    get isUp() {
      return state.isUp;
    },
    counts,
    send: async (command, { deadlineMillis }) => {
      if (!state.isUp) {
        throw new Error('Redis is away');
      }
      count(command);
      try {
        return await inTime(client.sendCommand([...command]), deadlineMillis);
      } catch (error) {
        if (String(error).includes('no answer')) {
          become(false);
          void probe();
        }
        throw error;
      }
    },
    blocking: () => blockingOf(url, count),
    onUp: listen('up'),
    onDown: listen('down'),
    close: () => {
      state.isClosed = true;
      client.destroy();
    },
  };
}

function blockingOf(url: string, count: (command: RedisCommand) => void): ReturnType<RedisCommands['blocking']> {
  let client: Client | undefined;
  let isClosed = false;
  const drop = (): void => {
    client?.destroy();
    client = undefined;
  };
  const connected = async (): Promise<Client> => {
    if (client === undefined) {
      client = await toClient(url, false).connect();
    }
    if (isClosed) {
      throw new Error('closed meanwhile');
    }
    return client;
  };
  return {
    send: async (command, deadlineMillis) => {
      if (isClosed) {
        throw new Error('closed');
      }
      try {
        count(command);
        return await inTime((await connected()).sendCommand([...command]), deadlineMillis);
      } catch (error) {
        drop();
        throw error;
      }
    },
    close: () => {
      isClosed = true;
      drop();
    },
  };
}
