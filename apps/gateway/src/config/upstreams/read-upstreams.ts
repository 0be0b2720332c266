import { quote } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import { type ServerEntries, serverEntries } from '../dialects/server-entries.ts';
import type { UpstreamConfig } from '../reader/gateway-config.ts';
import type { SettingReader } from '../reader/setting-reader.ts';
import { SERVERS_VARIABLE } from '../table/table.ts';
import { readEntry } from './read-entry.ts';
import { readServersVariable } from './servers-variable.ts';

/** Reads `mcpServers`: every usable entry, an issue for each that is not. `DCC_MCP_MCP_SERVERS` takes the place of the file's. */
export function readUpstreams(reader: SettingReader): readonly UpstreamConfig[] {
  const { entries: given, written } = readServers(reader) ?? NONE;
  if (given === undefined || given === null) {
    return [];
  }
  if (!isJsonObject(given)) {
    reader.note({ variable: 'mcpServers', problem: 'it is not an object', expected: 'an object of servers by name' });
    return [];
  }
  const upstreams = Object.entries(given).flatMap(([key, entry]) => {
    const upstream = readEntry(reader, key, { entry, written: written.get(key) ?? new Map() });
    return upstream === undefined ? [] : [upstream];
  });
  noteClashes(reader, upstreams);
  return upstreams;
}

const NONE: ServerEntries = { entries: undefined, notes: [], written: new Map() };

function readServers(reader: SettingReader): ServerEntries | undefined {
  const variable = readServersVariable(reader.env, reader.workingFolder);
  if (variable === undefined) {
    const given = serverEntries(reader.file);
    noteAll(reader, given);
    const source = given.entries === undefined ? 'default' : 'file';
    reader.settle('mcpServers', { source, text: namesOf(given.entries) });
    return given;
  }
  if (!variable.ok) {
    const { problem } = variable;
    reader.note({ variable: SERVERS_VARIABLE, problem, expected: 'the object mcpServers as JSON', severity: 'fatal' });
    return undefined;
  }
  variable.issues.forEach((issue) => reader.note(issue));
  const given = serverEntries(variable.file);
  noteAll(reader, given);
  reader.settle('mcpServers', { source: 'env', variable: SERVERS_VARIABLE, text: namesOf(given.entries) });
  return given;
}

function noteAll(reader: SettingReader, { notes }: ServerEntries): void {
  for (const { server, key, ...issue } of notes) {
    reader.note({ variable: `mcpServers.${server}${key === undefined ? '' : `.${key}`}`, ...issue });
  }
}

function namesOf(servers: unknown): string {
  return isJsonObject(servers) && Object.keys(servers).length > 0 ? Object.keys(servers).join(',') : 'none';
}

/** Two upstreams with one id8 could not be told apart in slugs. */
function noteClashes(reader: SettingReader, upstreams: readonly UpstreamConfig[]): void {
  const owners = new Map<string, string>();
  for (const { key, instanceShort } of upstreams) {
    const owner = owners.get(instanceShort);
    if (owner === undefined) {
      owners.set(instanceShort, key);
      continue;
    }
    const problem = `its instance id begins with ${instanceShort}, as that of ${quote(owner)} does`;
    reader.note({ variable: `mcpServers.${key}`, problem, fix: 'rename one of them', severity: 'fatal' });
  }
}
