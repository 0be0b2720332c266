import type { SharedStore } from '../governance/shared-store.ts';
import type { KeyState } from '../http/auth/key-watch.ts';
import type { Upstreams } from '../registry/table/upstreams.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Standing } from './worker-shares.ts';

/** What the process is asked. */
export interface HealthParts {
  readonly upstreams: Upstreams;
  readonly standing: (upstream: Upstream) => Standing;
  readonly version: string;
  readonly sessions: () => number;
  readonly streams: () => number;
  readonly limits: Readonly<Record<string, unknown>>;
  /** Stores beside the memory. */
  readonly stores: Readonly<Record<string, { readonly state: 'ok' | 'failing' }>>;
  /** The keys that JWTs are checked with; absent where none are taken, or none were asked for yet. */
  readonly keys: KeyState | undefined;
  /** Where state is shared; absent: nowhere. */
  readonly shared: SharedStore | undefined;
  /** Seconds since the start. */
  readonly uptimeSecs: () => number;
  readonly residentBytes: () => number;
}

/** The process as it stands: degraded where an upstream can't be reached, a file can't be written, keys can't be had, or state can't be shared. */
export function healthView(parts: HealthParts): Readonly<Record<string, unknown>> {
  const all = parts.upstreams.all();
  const { keys, stores, shared } = parts;
  const isFailing = [...Object.values(stores), ...(keys === undefined ? [] : [keys])].some(
    ({ state }) => state === 'failing',
  );
  const readiness = parts.upstreams.countByState();
  return {
    status: readiness.has('unreachable') || isFailing || shared?.isUp === false ? 'degraded' : 'ok',
    version: parts.version,
    uptime_secs: Math.round(parts.uptimeSecs()),
    rss_bytes: parts.residentBytes(),
    instances_ready: readiness.get('ready') ?? 0,
    instances_total: all.length,
    sessions: parts.sessions(),
    streams: parts.streams(),
    in_flight: all.reduce((sum, each) => sum + parts.standing(each).load.running, 0),
    limits: snakeCased(parts.limits),
    stores,
    ...(keys === undefined ? {} : { authentication: { keys: keysView(keys) } }),
    ...(shared === undefined ? {} : { shared_state: sharedView(shared) }),
  };
}

function sharedView({ name, isUp, since, lastError, gateways }: SharedStore): object {
  return {
    store: name,
    state: isUp ? 'ok' : 'failing',
    since: new Date(since).toISOString(),
    gateways,
    ...(lastError === undefined ? {} : { last_error: lastError }),
  };
}

function keysView({ state, since, lastError }: KeyState): object {
  return {
    state,
    since: new Date(since).toISOString(),
    ...(lastError === undefined ? {} : { last_error: lastError }),
  };
}

/** Settings by the names of answers: `ratePerMinute` → `rate_per_minute`. */
function snakeCased(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
