import { jsonReply, type Reply } from './reply.ts';
import type { Route, RouteTable } from './route-table.ts';

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

/** Liveness and readiness, unauthenticated. The paths of probes tell no names; `/v1/readyz` says whom it waits for. */
export function healthRoutes({ upstreams, version, isDraining }: HealthOptions): RouteTable {
  const alive = open(() => jsonReply({ ok: true, name: 'dcc-mcp-gateway', version }));
  const ready = open(() => {
    const ok = upstreams.untried().length === 0 && !isDraining();
    return jsonReply({ ok, draining: isDraining() }, ok ? 200 : 503);
  });
  const readyByName = open(() => {
    const waitingFor = upstreams.untried().map(({ settings }) => settings.key);
    const degraded = upstreams.all().filter(({ status }) => status.readiness === 'unreachable');
    // A host of dcc-mcp-core takes over the port of a gateway that answers 503: being new is no reason for that.
    const ok = !isDraining();
    const body = {
      ok,
      ready: ok && waitingFor.length === 0,
      ...(waitingFor.length === 0 ? {} : { waiting_for: waitingFor }),
      ...(degraded.length === 0 ? {} : { degraded: degraded.map(({ settings }) => settings.key) }),
    };
    return jsonReply(body, ok ? 200 : 503);
  });
  return {
    ...atPaths(['/v1/healthz', '/healthz', '/livez', '/health'], alive),
    ...atPaths(['/readyz', '/ready'], ready),
    ...atPaths(['/v1/readyz'], readyByName),
  };
}

function open(handler: () => Reply): Route {
  return { guard: 'open', handler };
}

function atPaths(paths: readonly string[], route: Route): RouteTable {
  return Object.fromEntries(paths.map((path) => [`GET ${path}`, route]));
}
