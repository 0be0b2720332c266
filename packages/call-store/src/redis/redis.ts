export type { BlockingCommands, RedisCommand, RedisCommands } from './redis-commands.ts';
export { RedisCallStore, type RedisCallStoreOptions } from './redis-call-store.ts';
