/** Host and port of one server. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is, and who asks. */
export interface RedisAddress {
  readonly form: 'single' | 'cluster' | 'sentinel';
  /** Of a cluster or of sentinels those that are asked first; the others are found. */
  readonly hosts: readonly [RedisHost, ...RedisHost[]];
  readonly isTls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
  /** What sentinels call the set of servers. */
  readonly setName?: string;
}

/** An address, or why a text is none; never with what may be a secret. */
export type AddressReading =
  | { readonly ok: true; readonly address: RedisAddress }
  | { readonly ok: false; readonly problem: string };

const FORMS = /^(rediss?)(?:\+(cluster|sentinel))?:\/\/(?:([^/@]*)@)?([^/?#@]*)(\/[^?#]*)?$/i;

const PORTS = { single: 6_379, cluster: 6_379, sentinel: 26_379 };

/**
 * Reads `redis://[user[:password]@]host[:port][/database]`, with `rediss` for TLS. Several hosts with commas between
 * them, or `redis+cluster:`, are servers of a cluster; `redis+sentinel://host,host/set-name[/database]` are sentinels.
 */
export function readRedisAddress(text: string): AddressReading {
  const [, scheme = '', kind, login, places = '', path = ''] = FORMS.exec(text.trim()) ?? [];
  const hosts = places.split(',').map((place) => readHost(place));
  const [first, ...others] = hosts;
  if (scheme === '' || first === undefined || hosts.includes(undefined)) {
    return { ok: false, problem: 'is no URL of Redis' };
  }
  const form = formOf(kind, hosts.length);
  const toPort = (host: Place | undefined): RedisHost => ({ host: host?.host ?? '', port: host?.port ?? PORTS[form] });
  const parts = readPath(form, path);
  const credentials = readLogin(login);
  if (parts === undefined || credentials === undefined) {
    return { ok: false, problem: PROBLEMS[parts === undefined ? form : 'login'] };
  }
  const known = { form, isTls: scheme.toLowerCase() === 'rediss', ...credentials, ...parts };
  return { ok: true, address: { ...known, hosts: [toPort(first), ...others.map(toPort)] } };
}

const PROBLEMS = {
  single: 'has something else than the number of a database behind its host',
  cluster: 'is that of a cluster, which has no databases, and has something behind its hosts',
  sentinel: 'is that of sentinels, and the name of the set of servers is missing behind its hosts',
  login: 'has a percent sign in its user or password that is not written as %25',
};

/** The servers of an address, for people. */
export function toPlace({ form, hosts }: RedisAddress): string {
  const places = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(', ');
  return form === 'single' ? places : `the ${form} at ${places}`;
}

function formOf(kind: string | undefined, hosts: number): RedisAddress['form'] {
  const said = kind?.toLowerCase();
  return said === 'sentinel' ? 'sentinel' : said === 'cluster' || hosts > 1 ? 'cluster' : 'single';
}

interface Place {
  readonly host: string;
  readonly port: number | undefined;
}

function readHost(place: string): Place | undefined {
  const [, bracketed, name, port] = /^(?:\[([\da-f:.%]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i.exec(place) ?? [];
  const host = bracketed ?? name;
  const number = port === undefined ? undefined : Number(port);
  const isPort = number === undefined || (number >= 1 && number <= 65_535);
  return host === undefined || !isPort ? undefined : { host, port: number };
}

function readLogin(login: string | undefined): Pick<RedisAddress, 'username' | 'password'> | undefined {
  if (login === undefined) {
    return {};
  }
  const colon = login.indexOf(':');
  try {
    const username = decodeURIComponent(colon === -1 ? login : login.slice(0, colon));
    const password = colon === -1 ? '' : decodeURIComponent(login.slice(colon + 1));
    return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
  } catch {
    return undefined;
  }
}

function readPath(form: RedisAddress['form'], path: string): Pick<RedisAddress, 'setName' | 'database'> | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const setName = form === 'sentinel' ? parts.shift() : undefined;
  const [database, ...rest] = parts;
  const isRight =
    rest.length === 0 &&
    (database === undefined || (form !== 'cluster' && /^\d{1,4}$/.test(database))) &&
    (form !== 'sentinel' || setName !== undefined);
  const named = {
    ...(setName !== undefined && { setName }),
    ...(database !== undefined && { database: Number(database) }),
  };
  return isRight ? named : undefined;
}
