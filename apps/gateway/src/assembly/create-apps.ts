import type { ScrapeHandler } from '@dcc-mcp/prometheus-bridge';
import type { RouteConfig } from '@hono/zod-openapi';
import { pagePathOf } from '../admin/admin-routes.ts';
import { adminOpenApi } from '../admin/open-api.ts';
import type { BaseUrlOf } from '../http/addresses/base-url.ts';
import type { HttpTap } from '../http/app.ts';
import type { Authentication } from '../http/auth/authentication.ts';
import { healthRoutes } from '../http/health-routes.ts';
import type { ScrapeFor } from '../http/metrics-endpoint.ts';
import type { Opening } from '../http/opening.ts';
import type { RouteTable } from '../http/route-table.ts';
import {
  createServedApps,
  OF_THE_GATEWAY,
  type PathSetting,
  type ServedApps,
  withoutClash,
} from '../http/served-apps.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import type { GatewayInstruments } from '../recording/telemetry/gateway-instruments.ts';
import type { ScrapeWatch } from '../recording/telemetry/scrape-watch.ts';
import { TappedExchange } from '../recording/traffic/tapped-exchange.ts';
import type { TrafficCapture } from '../recording/traffic/traffic-capture.ts';
import type { HttpRegistry } from '../registry/http/http-registry.ts';
import { informationRoutes } from '../rest/information-routes.ts';
import { jobRoutes } from '../rest/jobs/job-routes.ts';
import { registrationRoutes } from '../rest/registration/registration-routes.ts';
import { restRoutes } from '../rest/rest-routes.ts';
import type { SharingParts } from './gateway-parts.ts';

/** What is served, and what looks at it on its way. */
interface Wired {
  readonly core: OperationCore;
  readonly registry: HttpRegistry;
  readonly routes: RouteTable;
  readonly admin: RouteTable;
  readonly baseUrlOf: BaseUrlOf;
  readonly traffic: TrafficCapture | undefined;
  readonly authentication: Authentication | undefined;
  readonly isDraining: () => boolean;
  readonly opening: Opening;
}

/** Puts the routes of all rooms behind one edge. */
export function createApps(
  { config, version, page, state }: SharingParts,
  { requests, scrapeHandler, scrapes }: GatewayInstruments,
  { core, registry, routes, admin, baseUrlOf, traffic, authentication, isDraining, opening }: Wired,
): ServedApps {
  const { upstreams, contextSettings, onError } = core;
  const { bodyLimitBytes, publicUrl, admin: hasAdmin, adminPath } = config.server;
  const needsToken = config.auth.tokens.length > 0 || config.auth.jwksUrl !== undefined;
  // Said whether it is on or off: telemetry changes no page but its own.
  const metricsPath = config.metrics.port === undefined ? config.metrics.path : undefined;
  const described = (): readonly RouteConfig[] => adminOpenApi(hasAdmin ? adminPath : undefined);
  const pagePath = pagePathOf({ ...config.server, page });
  const isOpening = (): boolean => opening.wait !== undefined;
  const own = {
    ...routes,
    ...restRoutes(core, bodyLimitBytes),
    ...jobRoutes(core),
    ...registrationRoutes({ registry, departed: core.departed, bodyLimitBytes }),
    ...informationRoutes({ core, version, publicUrl, baseUrlOf, needsToken, metricsPath, pagePath, described }),
    ...healthRoutes({ upstreams, version, isDraining, isOpening, degraded: degradedBy(state), needsToken }),
  };
  return createServedApps({
    config,
    routes: { ...own, ...withoutClash(own, admin, adminPathOf) },
    contextSettings,
    routeSpans: config.telemetry.protocolSpans ? core.spans : undefined,
    requestMetrics: requests,
    tap: traffic && httpTap(traffic, contextSettings),
    scrape: scrapeHandler && watched(scrapeHandler, scrapes),
    authentication,
    baseUrlOf,
    isDraining,
    opening,
    onError,
  });
}

/** A scraper counts once it was answered with metrics. */
function watched(handler: ScrapeHandler, scrapes: ScrapeWatch): ScrapeFor {
  return async (request, address) => {
    const answer = await handler.scrape(request);
    if (answer.status === 200 && answer.body !== undefined) {
      scrapes.answered(address);
    }
    return answer;
  };
}

const adminPathOf: PathSetting = () => ({ setting: 'DCC_MCP_ADMIN_PATH', is: OF_THE_GATEWAY });

function httpTap({ tap }: TrafficCapture, { sessionKey }: OperationCore['contextSettings']): HttpTap {
  return (http, about) => new TappedExchange({ tap, sessionKey }, { http, ...about });
}

/** What it shares with others by is away. */
function degradedBy({ store }: SharingParts['state']): () => readonly string[] {
  return () => {
    const { name, isUp = true } = store?.() ?? {};
    return name === undefined || isUp ? [] : [name];
  };
}
