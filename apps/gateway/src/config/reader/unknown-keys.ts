import { nearest } from '@dcc-mcp/telemetry-config';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { clientKeys } from '../dialects/server-entries.ts';
import { SETTINGS } from '../table/setting.ts';
import { TRACING_KEYS } from './read-observability.ts';
import type { SettingReader } from './setting-reader.ts';

/** Paths that are read apart from the table. */
const FURTHER_PATHS = [
  '$schema',
  'mcpServers',
  'observability.metrics.enabled',
  ...Object.keys(TRACING_KEYS).map((key) => `observability.tracing.${key}`),
];

/** Paths whose members are free, or are checked where they are read. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['mcpServers', 'metrics.customLabels', 'auth.tokens']);

const TOKEN_KEYS = ['token', 'tokenFile', 'name', 'dccTypes'];

/** The known members of every object of the file: `''` is the file itself. */
function knownMembers(): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const path of [...SETTINGS.map((setting) => setting.path), ...FURTHER_PATHS]) {
    const keys = path.split('.');
    for (const [index, key] of keys.entries()) {
      const parent = keys.slice(0, index).join('.');
      const known = members.get(parent) ?? [];
      if (!known.includes(key)) {
        known.push(key);
      }
      members.set(parent, known);
    }
  }
  return members;
}

/** Names every key of the file that nothing reads, with the nearest known one. */
export function noteUnknownKeys(reader: SettingReader): void {
  const members = knownMembers();
  const ofClients = clientKeys(reader.file);
  const visit = (object: JsonObject, parent: string): void => {
    const known = members.get(parent) ?? [];
    for (const [key, value] of Object.entries(object)) {
      const path = parent === '' ? key : `${parent}.${key}`;
      if (!known.includes(key)) {
        if (parent !== '' || !ofClients.has(key)) {
          noteUnknown(reader, { path, key }, known);
        }
      } else if (isJsonObject(value) && members.has(path) && !OPEN_PATHS.has(path)) {
        visit(value, path);
      } else if (value !== null && !isJsonObject(value) && members.has(path) && !isPair(path, value)) {
        noteNoObject(reader, path);
      }
    }
  };
  visit(reader.file, '');
  noteUnknownInTokens(reader);
}

/** A key of the file, alone and with what it stands under. */
interface PlacedKey {
  readonly path: string;
  readonly key: string;
}

function noteUnknown(reader: SettingReader, { path, key }: PlacedKey, known: readonly string[]): void {
  const meant = nearest(key, known);
  reader.note({
    variable: path,
    problem: 'no such key; it has no effect',
    expected: `one of ${known.join(', ')}`,
    ...(meant === undefined ? {} : { fix: `did you mean ${meant}?` }),
    // A misspelt guard would stand open.
    ...(isGuarded(path) ? { severity: 'fatal' } : {}),
  });
}

/** Credentials may stand in one text, as their variable has them. */
function isPair(path: string, value: unknown): boolean {
  return path === 'metrics.basicAuth' && typeof value === 'string';
}

function isGuarded(path: string): boolean {
  return /^(?:auth|policy|metrics\.basicAuth|metrics\.jwt)(?:\.|$)/.test(path);
}

function noteNoObject(reader: SettingReader, path: string): void {
  const severity = isGuarded(path) ? 'fatal' : 'warning';
  reader.note({ variable: path, problem: 'it is not an object', expected: 'an object', severity });
}

function noteUnknownInTokens(reader: SettingReader): void {
  const auth = reader.file['auth'];
  const tokens: unknown = isJsonObject(auth) ? auth['tokens'] : undefined;
  if (!Array.isArray(tokens)) {
    return;
  }
  for (const [index, entry] of tokens.entries()) {
    if (!isJsonObject(entry)) {
      continue;
    }
    for (const key of Object.keys(entry)) {
      if (!TOKEN_KEYS.includes(key)) {
        noteUnknown(reader, { path: `auth.tokens[${index}].${key}`, key }, TOKEN_KEYS);
      }
    }
  }
}
