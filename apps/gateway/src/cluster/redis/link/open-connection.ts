import { createClient, createCluster, createSentinel } from '@redis/client';
import type { RedisAddress } from '../../../config/redis/redis-address.ts';
import { firstKeyOf } from './first-key.ts';
import type { OpenOptions, RedisConnection } from './redis-connection.ts';
import type { MessageListener, RedisCommand } from './redis-link.ts';

/** What the three clients of the library have in common. */
interface Client {
  on(event: 'error', listener: (error: Error) => void): unknown;
  connect(): Promise<unknown>;
  destroy(): void | Promise<void>;
  subscribe(channel: string, listener: MessageListener): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

interface Made {
  readonly client: Client;
  readonly send: (command: RedisCommand) => Promise<unknown>;
}

/** Connects to what `address` names. @throws {Error} When it can't be reached, or refuses who asks. */
export async function openConnection(address: RedisAddress, options: OpenOptions): Promise<RedisConnection> {
  // To load this file may have taken longer than anybody waits.
  options.signal.throwIfAborted();
  const { client, send } = MAKERS[address.form](address);
  let isOver = false;
  const destroy = (): void => {
    isOver = true;
    try {
      // Some of the clients throw, others reject, when there is nothing to end.
      void Promise.resolve(client.destroy()).catch(() => undefined);
    } catch {
      // It has ended already.
    }
  };
  const lost = (error: Error): void => {
    if (!isOver) {
      destroy();
      options.onLost(error);
    }
  };
  // A client of one server that reports an error is over; the others mend themselves, or are found to be slow.
  client.on('error', (error) => address.form === 'single' && lost(error));
  options.signal.addEventListener('abort', destroy, { once: true });
  try {
    await client.connect();
  } catch (error) {
    destroy();
    throw error;
  }
  options.signal.removeEventListener('abort', destroy);
  return {
    send,
    destroy,
    subscribe: async (channel, listener) => void (await client.subscribe(channel, listener)),
    unsubscribe: async (channel) => void (await client.unsubscribe(channel)),
  };
}

/** The link makes connections again by itself, hence the library is to keep nothing for later. */
const EACH = {
  name: 'dcc-mcp-gateway',
  disableOfflineQueue: true,
  disableClientInfo: true,
  maintNotifications: 'disabled',
} as const;

type Maker = (address: RedisAddress) => Made;

const MAKERS: Readonly<Record<RedisAddress['form'], Maker>> = {
  single: (address) => {
    const [{ host, port }] = address.hosts;
    const { database } = address;
    const socket = { host, port, reconnectStrategy: false as const, ...tlsOf(address) };
    const client = createClient({ ...EACH, ...loginOf(address), ...(database !== undefined && { database }), socket });
    return { client, send: (command) => client.sendCommand(command) };
  },
  cluster: (address) => {
    const tls = tlsOf(address);
    const rootNodes = address.hosts.map(({ host, port }) => ({ socket: { host, port, ...tls } }));
    const defaults = { ...EACH, ...loginOf(address), socket: tls };
    const client = createCluster({ rootNodes, defaults });
    return { client, send: (command) => client.sendCommand(firstKeyOf(command), false, [...command]) };
  },
  sentinel: (address) => {
    const { database, hosts, setName: name = '' } = address;
    const socket = tlsOf(address);
    const client = createSentinel({
      name,
      sentinelRootNodes: [...hosts],
      nodeClientOptions: { ...EACH, ...loginOf(address), ...(database !== undefined && { database }), socket },
      sentinelClientOptions: { socket },
    });
    return { client, send: (command) => client.sendCommand(false, [...command]) };
  },
};

function tlsOf({ isTls }: RedisAddress): { tls: true } | Record<string, never> {
  return isTls ? { tls: true } : {};
}

function loginOf({ username, password }: RedisAddress): { username?: string; password?: string } {
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}
