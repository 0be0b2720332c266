import { nearest } from '@dcc-mcp/telemetry-config';
import { findPlaceholder, quote } from '@dcc-mcp/telemetry-config/settings';
import { toInstanceShort } from '../../protocol/instance-id.ts';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { withoutUndefined } from '../../protocol/json/without-undefined.ts';
import { member } from '../reader/file-value.ts';
import type { UpstreamConfig, UpstreamOauthConfig } from '../reader/gateway-config.ts';
import type { SettingReader } from '../reader/setting-reader.ts';
import type { Secret } from '../table/table.ts';
import { toDccType } from './dcc-type.ts';
import { toInstanceId } from './instance-id.ts';
import { DEFAULT_QUEUE, DEFAULT_TIMEOUT_MILLIS, OAUTH_KEYS, UPSTREAM_KEYS, type UpstreamKey } from './upstream-keys.ts';

const DEFAULT_CONCURRENCY = 16;

/** An entry in our own keys, and the keys under which its client has what stands there. */
export interface WrittenEntry {
  readonly entry: unknown;
  readonly written: ReadonlyMap<string, string>;
}

/** Reads one entry of `mcpServers`, with an issue for all that is wrong. @returns `undefined` where it can't be used. */
export function readEntry(reader: SettingReader, key: string, given: WrittenEntry): UpstreamConfig | undefined {
  return new EntryReader(reader, key, given).read();
}

/** An object of an entry, and where it stands in it. */
interface Block {
  readonly object: unknown;
  readonly under: string;
}

class EntryReader {
  readonly #reader: SettingReader;
  readonly #key: string;
  readonly #entry: unknown;
  readonly #written: ReadonlyMap<string, string>;

  constructor(reader: SettingReader, key: string, { entry, written }: WrittenEntry) {
    this.#reader = reader;
    this.#key = key;
    this.#entry = entry;
    this.#written = written;
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
    return withoutUndefined({
      key: this.#key,
      dccType: this.#dccType(),
      instanceId,
      instanceShort: toInstanceShort(instanceId),
      transport,
      isLazy: this.#value('lazy', UPSTREAM_KEYS.lazy) ?? false,
      isDisabled: this.#value('disabled', UPSTREAM_KEYS.disabled) ?? false,
      affinity,
      concurrency: this.#concurrency(affinity),
      maxQueued: this.#value('queue', UPSTREAM_KEYS.queue) ?? DEFAULT_QUEUE,
      timeoutMillis: this.#value('timeoutMs', UPSTREAM_KEYS.timeoutMs) ?? DEFAULT_TIMEOUT_MILLIS,
      maxTimeoutMillis: this.#value('maxTimeoutMs', UPSTREAM_KEYS.maxTimeoutMs),
      coercesArguments: this.#value('coerceArguments', UPSTREAM_KEYS.coerceArguments) ?? true,
      toolFilter: this.#toolFilter(),
      oauth,
    });
  }

  #toolFilter(): UpstreamConfig['toolFilter'] {
    const include = this.#value('includeTools', UPSTREAM_KEYS.includeTools) ?? [];
    const exclude = this.#value('excludeTools', UPSTREAM_KEYS.excludeTools) ?? [];
    return include.length === 0 && exclude.length === 0 ? undefined : { include, exclude };
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
        const variable = `${this.#placeOf('headers')}.${name}`;
        const problem = `it still holds ${placeholder.shown}, which nobody has filled in`;
        this.#reader.note({ variable, problem, fix: placeholder.fix });
      }
    }
  }

  #stdio(command: string): UpstreamConfig['transport'] {
    return withoutUndefined({
      type: 'stdio' as const,
      command,
      args: this.#value('args', UPSTREAM_KEYS.args) ?? [],
      env: this.#value('env', UPSTREAM_KEYS.env) ?? {},
      envFiles: this.#value('envFiles', UPSTREAM_KEYS.envFiles) ?? {},
      envFile: this.#value('envFile', UPSTREAM_KEYS.envFile),
      cwd: this.#value('cwd', UPSTREAM_KEYS.cwd),
    });
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
    return withoutUndefined({
      scopes: read('scopes', OAUTH_KEYS.scopes) ?? [],
      grant,
      issuer: read('issuer', OAUTH_KEYS.issuer),
      resource: read('resource', OAUTH_KEYS.resource),
      audience: read('audience', OAUTH_KEYS.audience),
      callbackPort: read('callbackPort', OAUTH_KEYS.callbackPort),
      clientId,
      clientSecret,
    });
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
    const place = this.#placeOf(name, under);
    const instead = parsed.value === undefined ? row.instead : undefined;
    for (const issue of parsed.issues) {
      this.#reader.note({ variable: place, ...(instead === undefined ? {} : { instead }), ...issue });
    }
    return parsed.value;
  }

  /** As whoever wrote the file would look for it. */
  #placeOf(name: string, under = ''): string {
    const written = under === '' ? this.#written.get(name) : undefined;
    return `mcpServers.${this.#key}${under}.${written ?? name}`;
  }

  #noteUnknown(object: JsonObject, known: readonly string[], under: string): void {
    for (const name of Object.keys(object)) {
      if (known.includes(name)) {
        continue;
      }
      const meant = nearest(name, known);
      this.#reader.note({
        variable: this.#placeOf(name, under),
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
