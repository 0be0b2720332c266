import { isJsonObject } from '../../protocol/json-rpc.ts';
import { serverEntries } from '../dialects/server-entries.ts';
import type { LoadedConfiguration } from '../load/load-configuration.ts';
import { member } from '../reader/file-value.ts';
import { SERVERS_VARIABLE } from '../table/table.ts';

/** Where the value at a key comes from, in words: `env DCC_MCP_GATEWAY_PORT`, `file /etc/gateway.yaml`, `flag --port`, `default`. */
export function originNotes(loaded: LoadedConfiguration): (path: string) => string | undefined {
  const inFile = `file ${loaded.file ?? ''}`.trim();
  const noteOf = (path: string): string | undefined => {
    const origin = loaded.origins[path] ?? loaded.origins[path.replace(/File$/, '')];
    if (origin === undefined) {
      return path.startsWith('observability.tracing.') ? inFile : undefined;
    }
    return origin.source === 'file' ? inFile : [origin.source, origin.variable ?? ''].join(' ').trim();
  };
  const notes = serverNotes(loaded, inFile);
  return (path) => notes.get(path) ?? (path === 'mcpServers' ? undefined : noteOf(path));
}

/** Each key of each server, by its path. */
function serverNotes(loaded: LoadedConfiguration, inFile: string): ReadonlyMap<string, string> {
  const { source } = loaded.origins['mcpServers'] ?? {};
  const notes = new Map<string, string>();
  const { entries } = serverEntries(loaded.rawServers);
  for (const { key } of loaded.values.mcpServers) {
    const given = member(entries, key);
    notes.set(`mcpServers.${key}`, source === 'env' ? `env ${SERVERS_VARIABLE}` : inFile);
    if (source !== 'env' && isJsonObject(given)) {
      SERVER_KEYS.forEach((name) =>
        notes.set(`mcpServers.${key}.${name}`, Object.hasOwn(given, name) ? inFile : 'default'),
      );
    }
  }
  return notes;
}

/** Keys of a server that have a default. */
const SERVER_KEYS = ['dccType', 'lazy', 'affinity', 'concurrency', 'queue', 'timeoutMs', 'coerceArguments', 'disabled'];
