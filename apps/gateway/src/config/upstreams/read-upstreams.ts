import { parseConfigFile, nearest } from '@dcc-mcp/telemetry-config';
import { findPlaceholder, quote, readVariable } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import type { FileObject } from '../dialects/own-entry.ts';
import { type ServerEntries, serverEntries } from '../dialects/server-entries.ts';
import { member } from '../reader/file-value.ts';
import type { UpstreamConfig, UpstreamOauthConfig } from '../reader/gateway-config.ts';
import type { SettingReader } from '../reader/setting-reader.ts';
import type { Secret } from '../table/table.ts';
import { SERVERS_VARIABLE } from '../table/table.ts';
import { toInstanceId } from './instance-id.ts';
import { OAUTH_KEYS, UPSTREAM_KEYS, type UpstreamKey } from './upstream-keys.ts';

const DEFAULT_CONCURRENCY = 16;
const DEFAULT_QUEUE = 256;
const DEFAULT_TIMEOUT_MILLIS = 60_000;

/** The DCC type of a text: lower-case, runs of other characters as `_`. */
export function toDccType(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '_');
}

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
    const upstream = new EntryReader(reader, key, entry).read();
    return upstream === undefined ? [] : [upstream];
  });
  noteClashes(reader, upstreams);
  return upstreams;
}

function readServers(reader: SettingReader): unknown {
  const text = readVariable(reader.env, SERVERS_VARIABLE);
  if (text === undefined) {
    const given = noted(reader, serverEntries(reader.file));
    reader.settle('mcpServers', { source: given === undefined ? 'default' : 'file', text: namesOf(given) });
    return given;
  }
  const parsed = parseConfigFile(text, `${SERVERS_VARIABLE}.json`);
  if (!parsed.ok) {
    const problem = parsed.issues[0]?.problem ?? 'it is not JSON';
    reader.note({ variable: SERVERS_VARIABLE, problem, expected: 'the object mcpServers as JSON', severity: 'fatal' });
    return undefined;
  }
  const given = noted(reader, entriesOfVariable(parsed.value));
  reader.settle('mcpServers', { source: 'env', variable: SERVERS_VARIABLE, text: namesOf(given) });
  return given;
}

/** The object of servers itself, or a whole file of a client around it. */
function entriesOfVariable(value: FileObject): ServerEntries {
  const whole = serverEntries(value);
  return isJsonObject(whole.entries) ? whole : serverEntries({ mcpServers: value });
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

/** An object of an entry, and where it stands in it. */
interface Block {
  readonly object: unknown;
  readonly under: string;
}

/** Reads one entry. */
class EntryReader {
  readonly #reader: SettingReader;
  readonly #key: string;
  readonly #entry: unknown;

  constructor(reader: SettingReader, key: string, entry: unknown) {
    this.#reader = reader;
    this.#key = key;
    this.#entry = entry;
  }

  read(): UpstreamConfig | undefined {
    if (this.#key.trim() === '') {
      return this.#refuse('its name is blank');
    }
    if (!isJsonObject(this.#entry)) {
      return this.#refuse('it is not an object');
    }
    this.#noteUnknown(this.#entry, [...Object.keys(UPSTREAM_KEYS), 'oauth'], '');
    const transport = this.#transport();
    if (transport === undefined) {
      return undefined;
    }
    const affinity = this.#value('affinity', UPSTREAM_KEYS.affinity) ?? 'any';
    const oauth = this.#oauth(member(this.#entry, 'oauth'));
    const instanceId = toInstanceId(this.#key);
    return {
      key: this.#key,
      dccType: this.#dccType(),
      instanceId,
      instanceShort: instanceId.slice(0, 8),
      transport,
      isLazy: this.#value('lazy', UPSTREAM_KEYS.lazy) ?? false,
      isDisabled: this.#value('disabled', UPSTREAM_KEYS.disabled) ?? false,
      affinity,
      concurrency: this.#concurrency(affinity),
      maxQueued: this.#value('queue', UPSTREAM_KEYS.queue) ?? DEFAULT_QUEUE,
      timeoutMillis: this.#value('timeoutMs', UPSTREAM_KEYS.timeoutMs) ?? DEFAULT_TIMEOUT_MILLIS,
      ...this.#maxTimeout(),
      coercesArguments: this.#value('coerceArguments', UPSTREAM_KEYS.coerceArguments) ?? true,
      ...this.#toolFilter(),
      ...(oauth === undefined ? {} : { oauth }),
    };
  }

  #toolFilter(): Pick<UpstreamConfig, 'toolFilter'> {
    const include = this.#value('includeTools', UPSTREAM_KEYS.includeTools) ?? [];
    const exclude = this.#value('excludeTools', UPSTREAM_KEYS.excludeTools) ?? [];
    return include.length === 0 && exclude.length === 0 ? {} : { toolFilter: { include, exclude } };
  }

  #maxTimeout(): Pick<UpstreamConfig, 'maxTimeoutMillis'> {
    const maxTimeoutMillis = this.#value('maxTimeoutMs', UPSTREAM_KEYS.maxTimeoutMs);
    return maxTimeoutMillis === undefined ? {} : { maxTimeoutMillis };
  }

  #concurrency(affinity: 'main' | 'any'): number {
    return this.#value('concurrency', UPSTREAM_KEYS.concurrency) ?? (affinity === 'main' ? 1 : DEFAULT_CONCURRENCY);
  }

  #dccType(): string {
    const given = this.#value('dccType', UPSTREAM_KEYS.dccType);
    if (given === undefined) {
      return toDccType(this.#key);
    }
    const dccType = toDccType(given);
    if (dccType !== given.toLowerCase()) {
      this.#note('.dccType', `${quote(given)} holds other characters, so it is ${dccType}`, 'letters, digits, _ and -');
    }
    return dccType;
  }

  #transport(): UpstreamConfig['transport'] | undefined {
    const command = this.#value('command', UPSTREAM_KEYS.command);
    const url = this.#value('url', UPSTREAM_KEYS.url);
    const type = this.#value('type', UPSTREAM_KEYS.type) ?? (command === undefined ? 'http' : 'stdio');
    if (command !== undefined && url !== undefined) {
      this.#note(
        '',
        `it has both a command and a url; the ${type === 'http' ? 'url' : 'command'} is used`,
        'one of the two',
      );
    }
    if (type === 'stdio' && command !== undefined) {
      return this.#stdio(command);
    }
    if (type === 'http' && url !== undefined) {
      const headers = this.#value('headers', UPSTREAM_KEYS.headers) ?? {};
      this.#notePlaceholders(headers);
      return { type, url, headers, headerFiles: this.#value('headerFiles', UPSTREAM_KEYS.headerFiles) ?? {} };
    }
    return this.#refuse('it has neither a usable command nor a usable url');
  }

  /** A header goes as it is: what looks like a reference may be meant. */
  #notePlaceholders(headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(headers)) {
      const placeholder = findPlaceholder(value);
      if (placeholder !== undefined) {
        const variable = `mcpServers.${this.#key}.headers.${name}`;
        const problem = `it still holds ${placeholder.shown}, which nobody has filled in`;
        this.#reader.note({ variable, problem, fix: placeholder.fix });
      }
    }
  }

  #stdio(command: string): UpstreamConfig['transport'] {
    const cwd = this.#value('cwd', UPSTREAM_KEYS.cwd);
    const envFile = this.#value('envFile', UPSTREAM_KEYS.envFile);
    return {
      type: 'stdio',
      command,
      args: this.#value('args', UPSTREAM_KEYS.args) ?? [],
      env: this.#value('env', UPSTREAM_KEYS.env) ?? {},
      envFiles: this.#value('envFiles', UPSTREAM_KEYS.envFiles) ?? {},
      ...(envFile === undefined ? {} : { envFile }),
      ...(cwd === undefined ? {} : { cwd }),
    };
  }

  #oauth(block: unknown): UpstreamOauthConfig | undefined {
    if (block === undefined || block === null || block === false) {
      return undefined;
    }
    if (!isJsonObject(block)) {
      this.#note('.oauth', 'it is not an object', '{ clientId, clientSecret | clientSecretFile, scopes }');
      return undefined;
    }
    this.#noteUnknown(block, Object.keys(OAUTH_KEYS), '.oauth');
    const read = <T>(name: string, row: UpstreamKey<T>): T | undefined =>
      this.#member({ object: block, under: '.oauth' }, name, row);
    const clientId = read('clientId', OAUTH_KEYS.clientId);
    const text = read('clientSecret', OAUTH_KEYS.clientSecret);
    const file = read('clientSecretFile', OAUTH_KEYS.clientSecretFile);
    const fromFile: Secret | undefined = file === undefined ? undefined : { file };
    const clientSecret = text === undefined ? fromFile : { text };
    const grant = read('grant', OAUTH_KEYS.grant);
    if (grant !== undefined && grant !== 'authorization_code' && clientId === undefined) {
      this.#note('.oauth', `${grant} needs a client that the authorization server knows`, 'a clientId');
    }
    return {
      scopes: read('scopes', OAUTH_KEYS.scopes) ?? [],
      ...present('grant', grant),
      ...present('issuer', read('issuer', OAUTH_KEYS.issuer)),
      ...present('resource', read('resource', OAUTH_KEYS.resource)),
      ...present('audience', read('audience', OAUTH_KEYS.audience)),
      ...present('callbackPort', read('callbackPort', OAUTH_KEYS.callbackPort)),
      ...(clientId === undefined ? {} : { clientId }),
      ...(clientSecret === undefined ? {} : { clientSecret }),
    };
  }

  #value<T>(name: string, row: UpstreamKey<T>): T | undefined {
    return this.#member({ object: this.#entry, under: '' }, name, row);
  }

  #member<T>({ object, under }: Block, name: string, row: UpstreamKey<T>): T | undefined {
    const given = member(object, name);
    if (given === undefined || given === null || (typeof given === 'string' && given.trim() === '')) {
      return undefined;
    }
    const parsed = row.kind.fromJson(given);
    for (const issue of parsed.issues) {
      this.#reader.note({ variable: `mcpServers.${this.#key}${under}.${name}`, ...issue });
    }
    return parsed.value;
  }

  #noteUnknown(object: JsonObject, known: readonly string[], under: string): void {
    for (const name of Object.keys(object)) {
      if (known.includes(name)) {
        continue;
      }
      const meant = nearest(name, known);
      this.#reader.note({
        variable: `mcpServers.${this.#key}${under}.${name}`,
        problem: 'no such key; it has no effect',
        expected: known.join(', '),
        ...(meant === undefined ? {} : { fix: `did you mean ${meant}?` }),
      });
    }
  }

  #note(under: string, problem: string, expected: string): void {
    this.#reader.note({ variable: `mcpServers.${this.#key}${under}`, problem, expected });
  }

  #refuse(problem: string): undefined {
    this.#note('', `${problem}; the server is left out`, '{ command, args, env, cwd } or { url, headers }');
    return undefined;
  }
}

/** A member, where there is one. */
function present<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>>;
function present(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: value };
}
