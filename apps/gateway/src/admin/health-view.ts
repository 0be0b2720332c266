import type { Upstreams } from '../registry/table/upstreams.ts';

/** What the process is asked. */
export interface HealthParts {
  readonly upstreams: Upstreams;
  readonly version: string;
  readonly sessions: () => number;
  readonly streams: () => number;
  readonly limits: Readonly<Record<string, unknown>>;
  /** Stores beside the memory. */
  readonly stores: Readonly<Record<string, { readonly state: 'ok' | 'failing' }>>;
  /** Seconds since the start. */
  readonly uptimeSecs: () => number;
  readonly residentBytes: () => number;
}

/** The process as it stands; an upstream that can't be reached makes it degraded, and so does a file that can't be written. */
export function healthView(parts: HealthParts): Readonly<Record<string, unknown>> {
  const all = parts.upstreams.all();
  const isFailing = Object.values(parts.stores).some(({ state }) => state === 'failing');
  const readiness = parts.upstreams.countByState();
  return {
    status: readiness.has('unreachable') || isFailing ? 'degraded' : 'ok',
    version: parts.version,
    uptime_secs: Math.round(parts.uptimeSecs()),
    rss_bytes: parts.residentBytes(),
    instances_ready: readiness.get('ready') ?? 0,
    instances_total: all.length,
    sessions: parts.sessions(),
    streams: parts.streams(),
    in_flight: all.reduce((sum, { load }) => sum + load.running, 0),
    limits: snakeCased(parts.limits),
    stores: parts.stores,
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
