import { jsonReply } from './reply.ts';
import type { RouteTable } from './route-table.ts';

/** What readiness says of an upstream. */
interface UpstreamHealth {
  readonly settings: { readonly key: string };
  readonly status: { readonly readiness: string };
}

export interface HealthOptions {
  readonly upstreams: {
    all(): readonly UpstreamHealth[];
    /** Those that readiness waits for: they have not been tried once. */
    untried(): readonly UpstreamHealth[];
  };
  readonly version: string;
  readonly isDraining: () => boolean;
}

/** Liveness and readiness, unauthenticated, status only. */
export function healthRoutes({ upstreams, version, isDraining }: HealthOptions): RouteTable {
  const health = {
    guard: 'open',
    handler: () => jsonReply({ ok: true, name: 'dcc-mcp-gateway', version }),
  } as const;
  const readiness = {
    guard: 'open',
    handler: () => {
      const waitingFor = upstreams.untried().map(({ settings }) => settings.key);
      const ok = waitingFor.length === 0 && !isDraining();
      const instances = upstreams
        .all()
        .map(({ settings, status }) => ({ name: settings.key, status: status.readiness }));
      return jsonReply({ ok, draining: isDraining(), waiting_for: waitingFor, instances }, ok ? 200 : 503);
    },
  } as const;
  const both = (paths: readonly string[], route: typeof health | typeof readiness): RouteTable =>
    Object.fromEntries(paths.map((path) => [`GET ${path}`, route]));
  return {
    ...both(['/v1/healthz', '/healthz', '/livez', '/health'], health),
    ...both(['/v1/readyz', '/readyz', '/ready'], readiness),
  };
}
