// Gateways that share rows by a real Redis, each test with keys of its own.
import { MemoryCallStore } from '@dcc-mcp/call-store';
import { RedisCallStore, type RedisCallStoreOptions } from '@dcc-mcp/call-store/redis';
import { clientCommands, type ClientCommands } from './client-commands.ts';

export interface SharingGateway {
  readonly store: RedisCallStore;
  readonly commands: ClientCommands;
  close(): Promise<void>;
}

let count = 0;

/** Keys that no other test has. */
export function newPrefix(): string {
  count += 1;
  return `test:{${count}}`;
}

export async function shareBy(
  url: string,
  name: string,
  options: Partial<RedisCallStoreOptions> = {},
): Promise<SharingGateway> {
  const commands = await clientCommands(url);
  const store = new RedisCallStore(new MemoryCallStore(), {
    commands,
    serviceInstanceId: name,
    flushMillis: 5,
    ...options,
  });
  return {
    store,
    commands,
    close: async () => {
      await store.shared.close();
      commands.close();
    },
  };
}
