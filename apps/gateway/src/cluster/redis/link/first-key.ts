import type { RedisArgument, RedisCommand } from './redis-link.ts';

/** Commands that name no key, so that any server of a cluster may answer them. */
const KEYLESS: ReadonlySet<string> = new Set(['PING', 'PUBLISH', 'INFO', 'CONFIG', 'ACL', 'SCAN', 'TIME', 'DBSIZE']);

/** The key by which a cluster finds the server for a command. */
export function firstKeyOf(command: RedisCommand): RedisArgument | undefined {
  const name = String(command[0]).toUpperCase();
  if (KEYLESS.has(name)) {
    return undefined;
  }
  if (name === 'EVAL' || name === 'EVALSHA') {
    return String(command[2]) === '0' ? undefined : command[3];
  }
  if (name === 'XREAD' || name === 'XREADGROUP') {
    return command[command.findIndex((argument) => String(argument).toUpperCase() === 'STREAMS') + 1];
  }
  // XINFO STREAM key, OBJECT ENCODING key, MEMORY USAGE key.
  return command[['XINFO', 'XGROUP', 'OBJECT', 'MEMORY'].includes(name) ? 2 : 1];
}
