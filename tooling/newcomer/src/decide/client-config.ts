// The configuration of an MCP client, as its many dialects write it: how each server in it is reached.
import { isObject } from '../read/json.ts';

/** How a client reaches one server. */
export type ClientServer =
  | { readonly name: string; readonly url: string }
  | { readonly name: string; readonly command: string; readonly args: readonly string[] };

const SERVER_KEYS = ['mcpServers', 'servers', 'context_servers', 'mcp'];
const URL_KEYS = ['url', 'serverUrl', 'httpUrl'];

/** Program and arguments, as one list, as two keys, or in an object of their own. */
function wordsOf(entry: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { command, args } = isObject(entry['command'])
    ? { command: entry['command']['path'], args: entry['command']['args'] }
    : { command: entry['command'], args: entry['args'] };
  const first: readonly unknown[] = Array.isArray(command) ? command : [command];
  const rest: readonly unknown[] = Array.isArray(args) ? args : [];
  return [...first, ...rest];
}

function toServer(name: string, entry: unknown): ClientServer | undefined {
  if (!isObject(entry)) {
    return undefined;
  }
  const url = URL_KEYS.map((key) => entry[key]).find((value) => typeof value === 'string');
  if (url !== undefined) {
    return { name, url };
  }
  const [command, ...args] = wordsOf(entry);
  return typeof command === 'string' ? { name, command, args: args.map(String) } : undefined;
}

/** The servers of a client's configuration; `undefined` when `value` is something else. */
export function toClientServers(value: unknown): readonly ClientServer[] | undefined {
  const servers = isObject(value) ? SERVER_KEYS.map((key) => value[key]).find(isObject) : undefined;
  if (servers === undefined) {
    return undefined;
  }
  const nested = isObject(servers['servers']) ? servers['servers'] : servers;
  const read = Object.entries(nested).map(([name, entry]) => toServer(name, entry));
  return read.every((server) => server !== undefined) && read.length > 0 ? read : undefined;
}
