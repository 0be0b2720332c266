/** A link of the page or of the API as somebody has it: from an alert, a row, a colleague. */
export interface GatewayLink {
  /** Addresses that the gateway may have, the most likely first: nothing in a link says where its own path begins. */
  readonly urls: readonly [string, ...string[]];
  /** The row, request or trace that it shows. */
  readonly id?: string | undefined;
  /** The panel or the list that it names. */
  readonly shows?: string | undefined;
  /** The same as exports name it; absent where nothing of it is exported. */
  readonly kind?: string | undefined;
  readonly q?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Whether a word is a link, and no id. */
export function isLink(word: string): boolean {
  return /^https?:\/\//i.test(word);
}

/**
 * Reads `…/admin/?panel=calls&q=outcome%3Dtimeout`, `…/v1/debug/calls?q=…`, `…/v1/debug/issue-reports/ID`. The gateway may
 * be below a path of a proxy, and its page at a path of several parts. @returns `undefined` for what is no URL.
 */
export function readGatewayLink(link: string, nowMillis: number): GatewayLink | undefined {
  if (!URL.canParse(link)) {
    return undefined;
  }
  const { origin, pathname, searchParams: query } = new URL(link);
  const api = /^(?<base>.*?)(?<debug>\/v1\/debug|\/api)\/(?<list>[\w-]+)(?:\/(?<id>[^/]+))?\/?$/.exec(pathname)?.groups;
  const base = api?.['base'] ?? pathname.replace(/\/$/, '');
  const [first, ...others] = api?.['debug'] === '/v1/debug' ? [base] : above(base);
  const since = query.get('since') ?? sinceOf(query.get('range'), nowMillis);
  const shows = api?.['list'] ?? (query.get('panel') || undefined);
  return {
    urls: [`${origin}${first}`, ...others.map((path) => `${origin}${path}`)],
    id: decoded(api?.['id']) ?? query.get('trace') ?? query.get('row') ?? undefined,
    shows,
    kind: KINDS.get(shows),
    q: query.get('q') ?? undefined,
    since,
    until: query.get('until') ?? undefined,
  };
}

/** By the names of panels and of lists of the API. */
const KINDS: ReadonlyMap<string | undefined, string> = new Map([
  ['calls', 'calls'],
  ['traces', 'traces'],
  ['workflows', 'workflows'],
  ['search', 'searches'],
  ['search-telemetry', 'searches'],
]);

/** `/a/b` and the empty path for the page at `/a/b/admin`: the page is at least one part below the gateway. */
function above(page: string): readonly [string, ...string[]] {
  const path = page.replace(/\/[^/]*$/, '');
  return path === '' ? [''] : [path, ...above(path)];
}

function decoded(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `15m`, `24h` or `7d` before now. */
function sinceOf(range: string | null, nowMillis: number): string | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/.exec(range ?? '') ?? [];
  const millis = UNITS[unit];
  return millis === undefined ? undefined : new Date(nowMillis - Number(count) * millis).toISOString();
}

/** Whether a program of this machine answers there: nothing of what is sent leaves it. */
export function isOfThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
