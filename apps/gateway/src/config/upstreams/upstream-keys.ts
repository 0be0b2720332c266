import {
  accepted,
  refused,
  wrongType,
  type Kind,
  type Parsed,
  list,
  headers,
  boolean,
  choice,
  duration,
  filePath,
  httpUrl,
  integer,
  secret,
  text,
} from '@dcc-mcp/telemetry-config/settings';
import { OAUTH_GRANTS, type OauthGrant } from '../reader/gateway-config.ts';

/** One key of an entry of `mcpServers`. */
export interface UpstreamKey<T> {
  readonly kind: Kind<T>;
  readonly description: string;
  /** What holds where its value is not taken. */
  readonly instead?: string;
}

function key<T>(kind: Kind<T>, description: string, instead?: string): UpstreamKey<T> {
  return { kind, description, ...(instead === undefined ? {} : { instead }) };
}

export const DEFAULT_QUEUE = 256;
export const DEFAULT_TIMEOUT_MILLIS = 60_000;

/** A list whose items are taken as they are: nothing split, nothing left out, nothing merged. */
function words(): Kind<readonly string[]> {
  const expected = 'a list of texts';
  const fromJson = (value: unknown): Parsed<readonly string[]> => {
    if (!Array.isArray(value)) {
      return wrongType(value, expected);
    }
    const items = value.filter((item) => ['string', 'number', 'boolean'].includes(typeof item)).map(String);
    return items.length === value.length ? accepted(items) : refused({ problem: 'an item is not a text', expected });
  };
  return { ...list(expected), schema: { type: 'array', items: { type: 'string' } }, fromJson };
}

/** Environment of a child: any name, any text, never shown. */
function environment(): Kind<Readonly<Record<string, string>>> {
  const expected = 'an object of texts';
  const fromJson = (value: unknown): Parsed<Readonly<Record<string, string>>> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrongType(value, expected);
    }
    const entries = Object.entries(value).map(([name, item]) => [name, item] as const);
    const isText = entries.every(([, item]) => ['string', 'number', 'boolean'].includes(typeof item));
    if (!isText) {
      return refused({ problem: 'a value is not a text', expected });
    }
    return accepted(Object.fromEntries(entries.map(([name, item]) => [name, String(item)])));
  };
  return { ...headers(), name: 'key-value list', expected, fromJson };
}

type Texts = Readonly<Record<string, string>>;

/** What an entry of `mcpServers` may say; `command` or `url` makes the transport. */
export const UPSTREAM_KEYS: {
  readonly type: UpstreamKey<'stdio' | 'http'>;
  readonly command: UpstreamKey<string>;
  readonly args: UpstreamKey<readonly string[]>;
  readonly env: UpstreamKey<Texts>;
  readonly envFiles: UpstreamKey<Texts>;
  readonly envFile: UpstreamKey<string>;
  readonly cwd: UpstreamKey<string>;
  readonly url: UpstreamKey<string>;
  readonly headers: UpstreamKey<Texts>;
  readonly headerFiles: UpstreamKey<Texts>;
  readonly dccType: UpstreamKey<string>;
  readonly lazy: UpstreamKey<boolean>;
  readonly affinity: UpstreamKey<'main' | 'any'>;
  readonly concurrency: UpstreamKey<number>;
  readonly queue: UpstreamKey<number>;
  readonly timeoutMs: UpstreamKey<number>;
  readonly maxTimeoutMs: UpstreamKey<number>;
  readonly coerceArguments: UpstreamKey<boolean>;
  readonly includeTools: UpstreamKey<readonly string[]>;
  readonly excludeTools: UpstreamKey<readonly string[]>;
  readonly disabled: UpstreamKey<boolean>;
} = {
  type: key(transportType(), 'stdio or http; as command or url says when it is left out.'),
  command: key(text('a command'), 'Program of a stdio server.'),
  args: key(words(), 'Its arguments.', 'the server is started without arguments'),
  env: key(
    environment(),
    'Its environment, besides what the gateway passes on.',
    'the server gets none of these variables',
  ),
  envFiles: key(environment(), 'Variables of it whose values are in files.', 'the server gets none of these variables'),
  envFile: key(
    filePath(),
    'A file of lines NAME=value for its environment; env wins over it.',
    'the server gets none of its variables',
  ),
  cwd: key(filePath('the path of a folder'), 'Its working folder.', 'it counts as left out'),
  url: key(httpUrl(), 'URL of a Streamable HTTP server.'),
  headers: key(headers(), 'Headers of every request to it.', 'requests go without these headers'),
  headerFiles: key(headers(), 'Headers whose values are in files.', 'requests go without these headers'),
  dccType: key(
    text('letters, digits, _ and -'),
    'The DCC type in slugs and labels; the key when it is left out.',
    'its name is used',
  ),
  lazy: key(
    boolean(),
    'Started by load_skill or the first call instead of at the start.',
    'the server is started at once',
  ),
  affinity: key(choice(['main', 'any']), 'main: one call at a time.', 'any is used'),
  concurrency: key(integer(1), 'Calls in flight at once (default 16; 1 for affinity main).', 'the default is used'),
  queue: key(integer(0), 'Calls that wait (default 256).', `the default ${DEFAULT_QUEUE} is used`),
  timeoutMs: key(
    duration(1),
    'Longest time of a call in milliseconds (default 60000); where the server reports progress, from the last of it.',
    `the default ${DEFAULT_TIMEOUT_MILLIS} is used`,
  ),
  maxTimeoutMs: key(
    duration(1),
    'Longest time of a call that reports progress, in milliseconds (default 3600000); never below timeoutMs.',
    'the default 3600000 is used',
  ),
  coerceArguments: key(
    boolean(),
    'Make "1" a number, "true" a boolean and a lone value a list where the schema of a tool asks for it (default true).',
    'the default true is used',
  ),
  includeTools: key(
    list('a list of names of tools'),
    'The tools that are offered, * for any characters; empty: all.',
    'all tools are offered',
  ),
  excludeTools: key(
    list('a list of names of tools'),
    'Tools that are not offered; wins over includeTools.',
    'no tool is left out by it',
  ),
  disabled: key(boolean(), 'Known, but not used.', 'the server is used'),
};

/** Keys of `oauth`. */
export const OAUTH_KEYS: {
  readonly clientId: UpstreamKey<string>;
  readonly clientSecret: UpstreamKey<string>;
  readonly clientSecretFile: UpstreamKey<string>;
  readonly scopes: UpstreamKey<readonly string[]>;
  readonly grant: UpstreamKey<OauthGrant>;
  readonly issuer: UpstreamKey<string>;
  readonly resource: UpstreamKey<string>;
  readonly audience: UpstreamKey<string>;
  readonly callbackPort: UpstreamKey<number>;
} = {
  clientId: key(text(), 'The client as the authorization server knows it; registered dynamically when left out.'),
  clientSecret: key(secret(), 'Its secret.'),
  clientSecretFile: key(filePath(), 'A file that holds that secret.'),
  scopes: key(list('a list of scopes'), 'What to ask for; as the server says of itself when left out.'),
  grant: key(
    choice(OAUTH_GRANTS),
    'authorization_code: a person logs in (default). client_credentials: the client itself. token_exchange: each caller with their own token.',
  ),
  issuer: key(httpUrl(), 'The authorization server; as the server says of itself when left out.'),
  resource: key(httpUrl(), 'What tokens are for (RFC 8707); as the server says of itself when left out.'),
  audience: key(text(), 'What exchanged tokens are for, where the authorization server knows it by a name.'),
  callbackPort: key(
    integer(1),
    'Port of the callback of a login, where the client is known with it; any when left out.',
  ),
};

function transportType(): Kind<'stdio' | 'http'> {
  const hint = 'the HTTP+SSE transport of 2024-11-05 is not offered: use the Streamable HTTP URL of the server';
  const kind = choice(['stdio', 'http', 'streamable-http', 'streamableHttp', 'streamable_http'], { sse: hint });
  const expected = 'stdio or http';
  const narrow = (parsed: Parsed<string>): Parsed<'stdio' | 'http'> => {
    const issues = parsed.issues.map((issue) => ({ ...issue, expected }));
    if (parsed.value === undefined) {
      return { value: undefined, issues };
    }
    return { value: parsed.value === 'stdio' ? 'stdio' : 'http', issues };
  };
  return {
    ...kind,
    expected,
    parse: (given) => narrow(kind.parse(given)),
    fromJson: (value) => narrow(kind.fromJson(value)),
  };
}
