/** A link of the page or of the API as somebody has it: from an alert, a row, a colleague. */
export interface GatewayLink {
  /** Address of the gateway, without a slash at its end. */
  readonly url: string;
  /** The row, request or trace that it shows. */
  readonly id?: string | undefined;
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
 * be below a path of a proxy. @returns `undefined` for what is no URL.
 */
export function readGatewayLink(link: string, nowMillis: number): GatewayLink | undefined {
  if (!URL.canParse(link)) {
    return undefined;
  }
  const { origin, pathname, searchParams: query } = new URL(link);
  const api = /^(?<base>.*?)\/(?:v1\/debug|[^/]+\/api)\/[\w-]+(?:\/(?<id>[^/]+))?\/?$/.exec(pathname)?.groups;
  // The page is one path below the gateway: `/admin/`.
  const base = api?.['base'] ?? pathname.replace(/\/$/, '').replace(/\/[^/]*$/, '');
  const since = query.get('since') ?? sinceOf(query.get('range'), nowMillis);
  return {
    url: `${origin}${base}`,
    id: decoded(api?.['id']) ?? query.get('trace') ?? query.get('row') ?? undefined,
    q: query.get('q') ?? undefined,
    since,
    until: query.get('until') ?? undefined,
  };
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
