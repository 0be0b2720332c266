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
  const given = readServers(reader);
  if (given === undefined || given === null) {
    return [];
  }
  if (!isJsonObject(given)) {
    reader.note({ variable: 'mcpServers', problem: 'it is not an object', expected: 'an object of servers by name' });
    return [];
  }
  const upstreams = Object.entries(given).flatMap(([key, entry]) => {
    const upstream = readEntry(reader, key, entry);
    return upstream === undefined ? [] : [upstream];
  });
  noteClashes(reader, upstreams);
  return upstreams;
}

function readServers(reader: SettingReader): unknown {
  const variable = readServersVariable(reader.env, reader.workingFolder);
  if (variable === undefined) {
    const given = noted(reader, serverEntries(reader.file));
    reader.settle('mcpServers', { source: given === undefined ? 'default' : 'file', text: namesOf(given) });
    return given;
  }
  if (!variable.ok) {
    const { problem } = variable;
    reader.note({ variable: SERVERS_VARIABLE, problem, expected: 'the object mcpServers as JSON', severity: 'fatal' });
    return undefined;
  }
  variable.issues.forEach((issue) => reader.note(issue));
  const given = noted(reader, serverEntries(variable.file));
  reader.settle('mcpServers', { source: 'env', variable: SERVERS_VARIABLE, text: namesOf(given) });
  return given;
}

function noted(reader: SettingReader, { entries, notes }: ServerEntries): unknown {
  for (const { server, key, problem, fix } of notes) {
    const variable = `mcpServers.${server}${key === undefined ? '' : `.${key}`}`;
    reader.note({ variable, problem, ...(fix === undefined ? {} : { fix }) });
  }
  return entries;
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
