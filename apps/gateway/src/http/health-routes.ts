import { jsonReply, type Reply } from './reply.ts';
import type { Route, RouteHandler, RouteTable } from './route-table.ts';

/** An upstream by the name that readiness tells. */
interface NamedUpstream {
  readonly settings: { readonly key: string };
}

export interface HealthOptions {
  readonly upstreams: {
    /** Those that readiness waits for: they have not been tried once. */
    untried(): readonly NamedUpstream[];
    /** Those that can't be used, and that it does not wait for. */
    missing(): readonly NamedUpstream[];
  };
  readonly version: string;
  readonly isDraining: () => boolean;
  /** Whether servers are not known yet. */
  readonly isOpening: () => boolean;
  /** What it does without and goes on: words that name no server. */
  readonly degraded: () => readonly string[];
  /** Whether callers need a token: then names are for those who have one. */
  readonly needsToken: boolean;
}

/** Liveness and readiness, for everyone. The paths of probes tell no names; `/v1/readyz` says whom it waits for, to whoever may know. */
export function healthRoutes({
  upstreams,
  version,
  isDraining,
  isOpening,
  degraded,
  needsToken,
}: HealthOptions): RouteTable {
  const alive = open(() => jsonReply({ ok: true, name: 'dcc-mcp-gateway', version }));
  // Another gateway that wants the port asks this one: 503 with the name says that it is free soon.
  const serving = open(() => {
    const ok = !isDraining();
    return jsonReply({ ok, name: 'dcc-mcp-gateway', version }, ok ? 200 : 503);
  });
  const ready = open(() => {
    const ok = upstreams.untried().length === 0 && !isDraining() && !isOpening();
    const words = degraded();
    return jsonReply({ ok, draining: isDraining(), ...(words.length > 0 && { degraded: words }) }, ok ? 200 : 503);
  });
  const readyByName: RouteHandler = ({ principal }) => {
    const waitingFor = upstreams.untried().map(keyOf);
    // A host of dcc-mcp-core takes over the port of a gateway that answers 503: being new is no reason for that.
    const ok = !isDraining();
    const isTold = !needsToken || principal !== undefined;
    const words = [...degraded(), ...(isTold ? upstreams.missing().map(keyOf) : [])];
    const body = {
      ok,
      ready: ok && waitingFor.length === 0 && !isOpening(),
      ...(isTold && waitingFor.length > 0 ? { waiting_for: waitingFor } : {}),
      ...(words.length > 0 ? { degraded: words } : {}),
    };
    return jsonReply(body, ok ? 200 : 503);
  };
  return {
    ...atPaths(['/v1/healthz'], serving),
    ...atPaths(['/healthz', '/livez', '/health'], alive),
    ...atPaths(['/readyz', '/ready'], ready),
    ...atPaths(['/v1/readyz'], { guard: 'either', handler: readyByName }),
  };
}

function open(handler: () => Reply): Route {
  return { guard: 'open', handler };
}

function atPaths(paths: readonly string[], route: Route): RouteTable {
  return Object.fromEntries(paths.map((path) => [`GET ${path}`, route]));
}

function keyOf({ settings }: NamedUpstream): string {
  return settings.key;
}
