import { boolean } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import { HARMLESS_KEYS, LEFT_OUT_TYPES, MEANT_KEYS } from './client-words.ts';
import type { EntryListener, EntryRefusal } from './entry-note.ts';
import { timeoutUnit, toTimeoutMs } from './entry-timeout.ts';

/** An object of a file, whatever it holds. */
export type FileObject = Readonly<Record<string, unknown>>;

/**
 * An entry as any client writes it, in our own keys. What has no meaning here is left out; where that changes what was
 * meant it is noted. Keys that nobody knows stay, and are told of by whoever reads the entry.
 *
 * @returns Nothing for what is part of a client and no server.
 */
export function toOwnEntry(server: string, given: FileObject, listener: EntryListener): FileObject | undefined {
  const { note, wrote } = listener;
  const entry = flattened(given);
  const { type } = entry;
  const leftOut = typeof type === 'string' ? LEFT_OUT_TYPES.get(type) : undefined;
  if (leftOut !== undefined) {
    note({ server, problem: `${leftOut}; it is left out` });
    return undefined;
  }
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entry)) {
    const meaning = KEYS.get(key);
    const meant = MEANT_KEYS.get(key);
    const place = placeOf(given, key);
    if (meaning !== undefined) {
      const ours = meaning(value, entry);
      if (isRefusal(ours)) {
        note({ server, key: place, ...ours.refusal });
      } else {
        merge(own, ours);
        Object.keys(ours).forEach((name) => wrote(name, place));
      }
    } else if (meant !== undefined) {
      if (!isEmpty(value)) {
        note({ server, key: place, ...meant });
      }
    } else if (!HARMLESS_KEYS.has(key) && !/^(?:_|\/\/|\$)/.test(key)) {
      own[key] = value;
      wrote(key, place);
    }
  }
  return own;
}

const BLOCKS = ['config', 'source', 'transport'];

/** Where the key of a flattened entry stands in the one that was given. */
function placeOf(given: FileObject, key: string): string {
  const block = BLOCKS.findLast((name) => isJsonObject(given[name]) && Object.hasOwn(given[name], key));
  return block === undefined ? key : `${block}.${key}`;
}

/** Blocks that hold the transport apart from the rest (Goose, Continue, older forms of Zed). */
function flattened(entry: FileObject): FileObject {
  const { config, source, transport, ...rest } = entry;
  const isDeep = [config, source, transport].some(isJsonObject);
  if (!isDeep) {
    return entry;
  }
  const { type: kind, ...ofSource } = isJsonObject(source) ? source : {};
  return {
    ...rest,
    ...(isJsonObject(config) ? config : {}),
    // There it says url or binary, which its other keys say as well.
    ...(kind === undefined ? {} : ofSource),
    ...(isJsonObject(transport) ? transport : {}),
    ...(typeof transport === 'string' ? { transport } : {}),
  };
}

type Meaning = (value: unknown, entry: FileObject) => FileObject | EntryRefusal;

function isRefusal(ours: FileObject | EntryRefusal): ours is EntryRefusal {
  return 'refusal' in ours;
}

const as =
  (key: string): Meaning =>
  (value) => ({ [key]: value });

const url: Meaning = (value) => ({ url: value });
const env: Meaning = (value) => ({ env: value });
const headers: Meaning = (value) => ({ headers: value });
const disabledUnless: Meaning = (value) => {
  if (value === null || value === '') {
    return {};
  }
  const { value: isEnabled, issues } = boolean().fromJson(value);
  const { problem = 'it is wrong', expected = 'true or false' } = issues[0] ?? {};
  return isEnabled === undefined
    ? { refusal: { problem, expected, instead: 'the server is used' } }
    : { disabled: !isEnabled };
};
const include: Meaning = (value) => (Array.isArray(value) && value.includes('*') ? {} : { includeTools: value });

/** What the keys of clients mean in ours; keys that are ours already stay as they are. */
const KEYS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['command', toCommand],
  ['cmd', toCommand],
  ['env', env],
  ['envs', env],
  ['environment', env],
  ['headers', headers],
  ['http_headers', headers],
  ['requestOptions', (value) => (isJsonObject(value) && 'headers' in value ? { headers: value['headers'] } : {})],
  ['apiKey', (value) => (typeof value === 'string' ? { headers: { Authorization: `Bearer ${value}` } } : {})],
  ['url', url],
  ['serverUrl', url],
  ['httpUrl', url],
  ['uri', url],
  ['baseUrl', url],
  ['type', toType],
  ['transport', toType],
  ['transportType', toType],
  ['working_directory', as('cwd')],
  ['workingDirectory', as('cwd')],
  ['enabled', disabledUnless],
  ['isActive', disabledUnless],
  ['timeout', (value, entry) => toTimeoutMs(value, timeoutUnit(entry))],
  ['tool_timeout_sec', (value) => toTimeoutMs(value, 'seconds')],
  ['disabledTools', as('excludeTools')],
  ['disabled_tools', as('excludeTools')],
  ['enabled_tools', include],
  ['available_tools', include],
  ['includeTools', include],
  ['tools', include],
  ['oauth', (value) => (isJsonObject(value) && value['enabled'] === false ? {} : { oauth: toOauth(value) })],
]);

/** A program alone, a whole command as a list (opencode), or as a block (Zed). */
function toCommand(value: unknown, entry: FileObject): FileObject {
  if (Array.isArray(value)) {
    const [command, ...args]: readonly unknown[] = value;
    const more: readonly unknown[] = Array.isArray(entry['args']) ? entry['args'] : [];
    return { command, args: [...args, ...more] };
  }
  if (!isJsonObject(value)) {
    return { command: value };
  }
  const { path, args, env: ofCommand } = value;
  return {
    command: path,
    ...(args === undefined || args === null ? {} : { args }),
    ...(ofCommand === undefined || ofCommand === null ? {} : { env: ofCommand }),
  };
}

const TYPES: ReadonlyMap<unknown, string> = new Map([
  ['local', 'stdio'],
  ['command', 'stdio'],
  ['binary', 'stdio'],
  ['remote', 'http'],
  ['url', 'http'],
  ['streamable', 'http'],
]);

function toType(value: unknown): FileObject {
  return { type: TYPES.get(typeof value === 'string' ? value.toLowerCase() : value) ?? value };
}

/** Where the tokens of OAuth come from is no business of an upstream without one: what is missing is told as a whole. */
function toOauth(value: unknown): unknown {
  if (!isJsonObject(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => !OAUTH_OF_CLIENTS.has(key)));
}

const OAUTH_OF_CLIENTS: ReadonlySet<string> = new Set(
  `enabled callback_port redirectUri authServerMetadataUrl authorizationUrl tokenUrl audiences
  tokenParamName registrationUrl`.split(/\s+/),
);

function merge(own: Record<string, unknown>, more: FileObject): void {
  for (const [key, value] of Object.entries(more)) {
    const known = own[key];
    const isBoth = isJsonObject(known) && isJsonObject(value);
    if (key === 'args' && known !== undefined) {
      continue; // those of a command that is a list, with these behind them
    }
    own[key] = isBoth ? { ...known, ...value } : value;
  }
}

/** Nothing was asked for. */
function isEmpty(value: unknown): boolean {
  return value === false || value === null || (Array.isArray(value) && value.length === 0);
}
