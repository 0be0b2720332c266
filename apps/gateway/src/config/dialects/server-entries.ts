import { isJsonObject } from '../../protocol/json-rpc.ts';
import { member, valueAt } from '../reader/file-value.ts';
import type { EntryListener, EntryNote } from './entry-note.ts';
import { type FileObject, toOwnEntry } from './own-entry.ts';

/** Where clients keep their servers: ours, VS Code, Zed, Codex, Goose, opencode and VS Code's settings, Amp. */
const PLACES = ['mcpServers', 'servers', 'context_servers', 'mcp_servers', 'extensions', 'mcp.servers', 'mcp'] as const;

/** Top-level keys of clients' files that mean nothing here. */
const CLIENT_KEYS: ReadonlySet<string> = new Set(
  `inputs name version schema description globalShortcut preferences userThemeMode scale isUsingBuiltInNodeForMcp
  isDxtAutoUpdatesEnabled theme selectedAuthType security general ui mcp context tools model imports comment _comment
  enableAllProjectMcpServers enabledMcpjsonServers disabledMcpjsonServers`.split(/\s+/),
);

/** The servers of a file, by name, each in the keys of `UPSTREAM_KEYS`. */
export interface ServerEntries {
  /** Anything, where what stands there is no object of servers. */
  readonly entries: unknown;
  readonly notes: readonly EntryNote[];
  /** The keys under which a server has what stands in ours, where they have another name; by server and own key. */
  readonly written: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Reads the servers of a file as clients write them; `undefined` entries where the file names none. */
export function serverEntries(file: FileObject): ServerEntries {
  const places = placesIn(file);
  if (places.length === 0) {
    return { entries: member(file, 'mcpServers'), notes: [], written: new Map() };
  }
  const servers = places.toReversed().map((place) => byName(valueAt(file, place)));
  // Of two with one name the one under our own key counts.
  return toEntries(Object.fromEntries(servers.flatMap((map) => Object.entries(map))), file);
}

/** Keys at the top of a file that hold servers, or that belong to the client whose file it is. */
export function clientKeys(file: FileObject): ReadonlySet<string> {
  const roots = placesIn(file).map((place) => place.split('.')[0] ?? '');
  // Settings of a whole editor have keys without end.
  const isSettings = roots.includes('context_servers') || roots.includes('extensions');
  const others = Object.keys(file).filter((key) => isSettings || CLIENT_KEYS.has(key));
  return new Set([...roots, ...(roots.length === 0 ? [] : others)]);
}

function placesIn(file: FileObject): readonly string[] {
  return PLACES.filter((place) => {
    const value = valueAt(file, place);
    return place === 'mcpServers' ? isJsonObject(value) || Array.isArray(value) : isServerMap(value);
  });
}

/** Whether it is an object, or a list, of what looks like servers: `servers: { port: 1 }` is none, but a misspelt section. */
function isServerMap(value: unknown): boolean {
  const entries: readonly unknown[] = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  return entries.length > 0 && entries.every((entry) => isJsonObject(entry) && SERVER_KEYS.some((key) => key in entry));
}

/** One of them stands in every server of every client. */
const SERVER_KEYS = [
  'command',
  'cmd',
  'url',
  'serverUrl',
  'httpUrl',
  'uri',
  'baseUrl',
  'type',
  'transport',
  'source',
  'config',
];

/** Lists name their servers inside (Continue). */
function byName(servers: unknown): FileObject {
  if (!Array.isArray(servers)) {
    return isJsonObject(servers) ? servers : {};
  }
  return Object.fromEntries(
    servers.map((entry: unknown, index) => {
      const name = member(entry, 'name');
      return [typeof name === 'string' && name.trim() !== '' ? name : `server-${index + 1}`, entry];
    }),
  );
}

function toEntries(servers: FileObject, file: FileObject): ServerEntries {
  const notes: EntryNote[] = [];
  const written = new Map<string, Map<string, string>>();
  const listenerOf = (name: string): EntryListener => {
    const keys = new Map<string, string>();
    written.set(name, keys);
    return { note: (note) => notes.push(note), wrote: (ownKey, key) => void keys.set(ownKey, key) };
  };
  const entries = Object.entries(servers).flatMap(([name, entry]) => {
    const own = isJsonObject(entry) ? toOwnEntry(name, entry, listenerOf(name)) : entry;
    return own === undefined ? [] : [[name, withChoice(name, own, file)] as const];
  });
  return { entries: Object.fromEntries(entries), notes, written };
}

/** Gemini CLI says beside its servers which of them count. */
function withChoice(name: string, entry: unknown, file: FileObject): unknown {
  const allowed = valueAt(file, 'mcp.allowed');
  const excluded = valueAt(file, 'mcp.excluded');
  const isOut =
    (Array.isArray(allowed) && !allowed.includes(name)) || (Array.isArray(excluded) && excluded.includes(name));
  return isOut && isJsonObject(entry) ? { ...entry, disabled: true } : entry;
}
