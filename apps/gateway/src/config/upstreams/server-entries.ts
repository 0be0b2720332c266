import type { JsonObject } from '../../protocol/json-rpc.ts';
import { member } from '../reader/file-value.ts';

/** The servers of a file, by name, each in the keys of `UPSTREAM_KEYS`. */
export function serverEntries(file: JsonObject): unknown {
  return member(file, 'mcpServers');
}
