import { MemoryCallStore } from '@dcc-mcp/call-store';
import type { AdminRoute } from './admin-route.ts';
import type { AdminRoutesOptions, AdminSources } from './admin-sources.ts';
import { exportRoute } from './export/export-route.ts';
import { streamRoute } from './live/stream-route.ts';
import { AdminRefusal, type AdminHandler, refusalAnswer } from './request/admin-request.ts';
import { withServerTiming } from './request/server-timing.ts';
import { computedRoutes } from './routes/computed-routes.ts';
import { facetsRoute } from './routes/facets-route.ts';
import { listRoutes } from './routes/list-routes.ts';
import { outputRoute } from './routes/output-route.ts';
import { requestRoutes } from './routes/request-routes.ts';
import { stateRoutes } from './routes/state-routes.ts';
import { traceRoute } from './routes/trace-route.ts';
import { trafficRoutes } from './routes/traffic-route.ts';

/**
 * The routes of the admin and debug API, as one table: mount each below `/admin/api` and below `/v1/debug`, behind the
 * guard of your own API. A refused request is answered 400, 404 or 503 with what was wrong; what a port throws is yours.
 */
export function createAdminRoutes(options: AdminRoutesOptions): readonly AdminRoute[] {
  return [
    ...listRoutes(options),
    facetsRoute(options),
    traceRoute(options),
    ...requestRoutes(options),
    ...computedRoutes(options),
    ...stateRoutes(options),
    outputRoute(options),
    ...trafficRoutes(options),
    exportRoute(options),
    streamRoute(options),
  ].map((route) => refusing(timing(route, options.clock)));
}

/** The same table for those who only describe it: of no store, and to be asked nothing. */
export function describeAdminRoutes(): readonly AdminRoute[] {
  return createAdminRoutes({ sources: NOWHERE });
}

/** What is written for as long as somebody reads has no time of its own. */
function timing(route: AdminRoute, clock: AdminRoutesOptions['clock']): AdminRoute {
  return route.mediaType === 'application/json' ? { ...route, handler: withServerTiming(route.handler, clock) } : route;
}

function refusing(route: AdminRoute): AdminRoute {
  return { ...route, handler: answeringRefusals(route.handler) };
}

function answeringRefusals(handler: AdminHandler): AdminHandler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      if (error instanceof AdminRefusal) {
        return refusalAnswer(error, request.ids);
      }
      throw error;
    }
  };
}

function nowhere(): never {
  throw new Error('these routes describe, and answer nothing');
}

const NOWHERE: AdminSources = {
  store: new MemoryCallStore({ calls: 1, traces: 1, keptTraces: 1, searches: 1, decisions: 1, events: 1, activity: 1 }),
  instances: nowhere,
  governance: nowhere,
  telemetry: nowhere,
  health: nowhere,
  toolSlugs: nowhere,
};
