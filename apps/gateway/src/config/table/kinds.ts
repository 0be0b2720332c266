import {
  accepted,
  quote,
  refused,
  wrongType,
  type ValueIssue,
  type Kind,
  type Parsed,
  list,
  boolean,
  filePath,
  httpUrl,
  text,
  choices,
  withExpected,
} from '@dcc-mcp/telemetry-config/settings';

/** Where captured traffic goes. */
export type TrafficCapture = { readonly mode: 'off' | 'metadata' } | { readonly mode: 'jsonl'; readonly file: string };

function invert(parsed: Parsed<boolean>): Parsed<boolean> {
  return { ...parsed, value: parsed.value === undefined ? undefined : !parsed.value };
}

/** A boolean that says the opposite of the setting it stands for. */
export function inverted(): Kind<boolean> {
  const kind = boolean();
  return { ...kind, parse: (given) => invert(kind.parse(given)), fromJson: (value) => invert(kind.fromJson(value)) };
}

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const IPV4 = new RegExp(String.raw`^${OCTET}(?:\.${OCTET}){3}$`);

/** True for an address in one of the two usual notations. */
function isIpAddress(address: string): boolean {
  if (IPV4.test(address)) {
    return true;
  }
  return /^[0-9a-f:.]+$/i.test(address) && address.includes(':') && URL.canParse(`http://[${address}]/`);
}

function isCidr(block: string): boolean {
  const [address = '', prefix, ...rest] = block.split('/');
  if (!isIpAddress(address) || rest.length > 0) {
    return false;
  }
  if (prefix === undefined) {
    return true;
  }
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (address.includes(':') ? 128 : 32);
}

/** An address (IPv6 with or without brackets) or a host name, without a port. */
export function hostName(): Kind<string> {
  const expected = 'an address or host name, without a port';
  const parse = (given: string): Parsed<string> => {
    const address = given.replace(/^\[(.*)\]$/, '$1');
    const isName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?$/.test(given);
    if (isName || isIpAddress(address.split('%', 1)[0] ?? '')) {
      return accepted(address);
    }
    return refused({ problem: `${quote(given)} is not usable as a host`, expected });
  };
  return {
    ...text(expected),
    parse,
    fromJson: (value) => (typeof value === 'string' ? parse(value.trim()) : wrongType(value, expected)),
  };
}

/** Addresses and CIDR blocks; a wrong one drops out, which trusts less. */
export function cidrs(): Kind<readonly string[]> {
  const expected = 'a comma list of addresses or CIDR blocks, as 10.0.0.0/8';
  const words = list(expected);
  const check = (parsed: Parsed<readonly string[]>): Parsed<readonly string[]> => {
    if (parsed.value === undefined) {
      return parsed;
    }
    const bad = parsed.value.filter((block) => !isCidr(block));
    const issues: readonly ValueIssue[] = bad.map((block) => ({
      problem: `${quote(block)} is neither an address nor a CIDR block; it is left out`,
      expected,
    }));
    return { value: parsed.value.filter(isCidr), issues: [...parsed.issues, ...issues] };
  };
  return { ...words, parse: (given) => check(words.parse(given)), fromJson: (value) => check(words.fromJson(value)) };
}

/** A path on the listener, as `example`; one slash in front, none behind. */
export function routePath(example: string): Kind<string> {
  const expected = `a path that begins with /, as ${example}`;
  const parse = (given: string): Parsed<string> => {
    const path = given.replace(/\/+$/, '');
    if (path.split('/').some((part) => part === '.' || part === '..')) {
      return refused({ problem: `${quote(given)} has a . or .. that clients resolve before they ask`, expected });
    }
    if (/^(?:\/[A-Za-z0-9._~-]+)+$/.test(path)) {
      return accepted(path);
    }
    return refused({ problem: `${quote(given)} is not usable as a path`, expected });
  };
  return {
    ...text(expected),
    parse,
    fromJson: (value) => (typeof value === 'string' ? parse(value.trim()) : wrongType(value, expected)),
  };
}

/** In place of a folder: no registry is read. */
export const REGISTRY_OFF = 'off';

function toOff(parsed: Parsed<string>): Parsed<string> {
  return parsed.value?.toLowerCase() === REGISTRY_OFF ? { ...parsed, value: REGISTRY_OFF } : parsed;
}

/** The path of a folder, or the word that there is none. */
export function registryFolder(): Kind<string> {
  const kind = filePath('the path of a folder, or off');
  return {
    ...kind,
    parse: (given) => toOff(kind.parse(given)),
    fromJson: (value) => toOff(kind.fromJson(value)),
  };
}

/** What a metric name may begin with. */
export function metricPrefix(): Kind<string> {
  const expected = 'letters, digits and underscores, a letter first';
  const parse = (given: string): Parsed<string> =>
    /^[A-Za-z][A-Za-z0-9_]*$/.test(given)
      ? accepted(given)
      : refused({ problem: `${quote(given)} can't begin a metric name`, expected });
  return {
    ...text(expected),
    parse,
    fromJson: (value) => (typeof value === 'string' ? parse(value.trim()) : wrongType(value, expected)),
  };
}

function withoutSlash(parsed: Parsed<string>): Parsed<string> {
  return { ...parsed, value: parsed.value?.replace(/\/+$/, '') };
}

/** An http or https URL without a slash behind it. */
export function baseUrl(): Kind<string> {
  const url = httpUrl();
  return {
    ...url,
    parse: (given) => withoutSlash(url.parse(given)),
    fromJson: (value) => withoutSlash(url.fromJson(value)),
  };
}

/** `off`, `metadata` (`on` is the same), or `jsonl:PATH` (the same to a file, too). */
export function trafficCapture(): Kind<TrafficCapture> {
  const expected = 'off, metadata (in memory), or jsonl:PATH (also to that file)';
  const parse = (given: string): Parsed<TrafficCapture> => {
    const word = given.toLowerCase();
    if (word === 'off' || word === 'false') {
      return accepted({ mode: 'off' });
    }
    if (word === 'on' || word === 'true' || word === 'metadata' || word === 'memory') {
      return accepted({ mode: 'metadata' });
    }
    const file = /^jsonl:(.+)$/i.exec(given)?.[1]?.trim();
    if (file !== undefined && file !== '') {
      return accepted({ mode: 'jsonl', file });
    }
    return refused({ problem: `${quote(given)} is not known`, expected });
  };
  return {
    name: 'text',
    expected,
    isSecret: false,
    schema: { type: ['string', 'boolean'] },
    parse,
    fromJson: (value) => {
      if (typeof value === 'boolean') {
        return parse(String(value));
      }
      return typeof value === 'string' ? parse(value.trim()) : wrongType(value, expected);
    },
    show: (value) => (value.mode === 'jsonl' ? `jsonl:${value.file}` : value.mode),
  };
}

/** More processes than that are a mistake of whoever wrote the number. */
const MAX_WORKERS = 256;

/** A number of processes, or `auto`. */
export function workerCount(): Kind<number | 'auto'> {
  const expected = `a whole number from 1 to ${MAX_WORKERS}, or auto`;
  const parse = (given: string): Parsed<number | 'auto'> => {
    const word = given.toLowerCase();
    const count = /^\d{1,3}$/.test(word) ? Number(word) : 0;
    if (word === 'auto') {
      return accepted('auto');
    }
    return count >= 1 && count <= MAX_WORKERS
      ? accepted(count)
      : refused({ problem: `${quote(given)} is no number of workers`, expected });
  };
  return {
    name: 'text',
    expected,
    isSecret: false,
    schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: MAX_WORKERS }, { const: 'auto' }] },
    parse,
    fromJson: (value) => {
      if (typeof value === 'number') {
        return parse(String(value));
      }
      return typeof value === 'string' ? parse(value.trim()) : wrongType(value, expected);
    },
    show: String,
  };
}

const OPERATIONS = ['search', 'describe', 'load_skill', 'call', 'call_batch'] as const;
const ALL = ['all', '*'];
/** No operation: whether spans hold the path of an open scene, which names people and projects. */
const SCENE = 'scene';

/** Operations of the gateway, also by the names of their spans (`gateway.call`); `all` or `*` for each. And `scene`. */
export function operations(): Kind<readonly string[]> {
  const expected = `a comma list of ${[...OPERATIONS, SCENE].join(', ')}; or all (operations), or none`;
  const spans = OPERATIONS.map((name) => `gateway.${name}`);
  const words = choices([...OPERATIONS, ...spans, SCENE, ...ALL], { hasNone: true });
  const expand = ({ value, issues }: Parsed<readonly string[]>): Parsed<readonly string[]> => {
    const names = value?.map((word) => word.replace(/^gateway\./, ''));
    const isAll = names?.some((name) => ALL.includes(name)) === true;
    const all = isAll ? [...OPERATIONS, ...(names?.includes(SCENE) ? [SCENE] : [])] : names;
    return { value: all && [...new Set(all)], issues: withExpected(issues, expected) };
  };
  return {
    ...words,
    expected,
    parse: (given) => expand(words.parse(given)),
    fromJson: (value) => expand(words.fromJson(value)),
  };
}
