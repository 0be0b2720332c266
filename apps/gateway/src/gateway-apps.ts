import { type FetchHandler, toHttpHandler } from '@dcc-mcp/http-adapter';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import { type App, type AppOptions, createApp } from './http/app.ts';
import { createAuthentication } from './http/authentication.ts';
import { healthRoutes } from './http/health-routes.ts';
import { CONTEXT_FORGE_PATH, metricsHandler } from './http/metrics-endpoint.ts';
import { createOriginGuard } from './http/origin-guard.ts';
import type { Route, RouteTable } from './http/route-table.ts';
import { recordAnswer } from './mcp/exchange/answer-size.ts';
import { mcpCaller } from './mcp/exchange/caller.ts';
import type { McpServer } from './mcp/server/server.ts';
import type { Sessions } from './mcp/session/sessions.ts';
import { McpEndpoint } from './mcp/transport/endpoint.ts';
import { mcpRoutes } from './mcp/transport/mcp-routes.ts';
import type { OperationCore } from './operations/frame/core.ts';
import type { GatewayInstruments } from './recording/gateway-instruments.ts';
import type { StreamCounts } from './recording/stream-counts.ts';
import { informationRoutes } from './rest/information-routes.ts';
import { restRoutes } from './rest/rest-routes.ts';

export interface AppParts {
  readonly config: GatewayConfig;
  readonly core: OperationCore;
  readonly version: string;
  readonly mcp: McpServer;
  readonly sessions: Sessions;
  readonly streams: StreamCounts;
  readonly instruments: GatewayInstruments;
  readonly isDraining: () => boolean;
}

/** What the gateway serves: everything on one listener, and the scrape endpoint alone for a listener of its own. */
export function createApps(parts: AppParts): { readonly main: App; readonly metrics: App | undefined } {
  const { config, core, instruments, isDraining } = parts;
  const shared = {
    originGuard: createOriginGuard(config.server),
    contextSettings: core.contextSettings,
    isDraining,
    routeSpans: config.telemetry.protocolSpans ? core.spans : undefined,
    onError: core.onError,
  } satisfies Partial<AppOptions>;
  const { scrapeHandler } = instruments;
  const handler = metricsHandler(config.metrics, scrapeHandler && ((request) => scrapeHandler.scrape(request)));
  const scrape = handler === undefined ? {} : scrapeRoutes(config.metrics.path, handler);
  const own = gatewayRoutes(parts);
  const routes = config.metrics.port === undefined ? { ...own, ...withoutClash(own, scrape) } : own;
  return {
    main: createApp({
      ...shared,
      routes,
      authenticate: createAuthentication(config.auth),
      requestMetrics: instruments.requests,
    }),
    metrics: handler && createApp({ ...shared, routes: scrape, authenticate: undefined, requestMetrics: undefined }),
  };
}

/** Each route with its guard in sight. */
function gatewayRoutes({ config, core, version, mcp, sessions, streams, isDraining }: AppParts): RouteTable {
  const { upstreams, catalog, recorder } = core;
  const { bodyLimitBytes, publicUrl } = config.server;
  const endpoint = new McpEndpoint({
    server: mcp,
    sessions,
    readContext: (request, exchange) => mcpCaller(core, { request, exchange }).ctx,
    onNotificationSent: () => recorder.record({ kind: 'notification', channel: 'sse' }),
    onStream: (kind, change) => streams.add(kind, change),
    onAnswer: (request, bytes) => recordAnswer(recorder, request, bytes),
  });
  return {
    ...mcpRoutes(endpoint, bodyLimitBytes),
    ...restRoutes(core, bodyLimitBytes),
    ...informationRoutes({ upstreams, catalog, version, publicUrl }),
    ...healthRoutes({ upstreams, version, isDraining }),
  };
}

/** @throws {TypeError} When the scrape endpoint would hide behind a path of the gateway. */
function withoutClash(own: RouteTable, scrape: RouteTable): RouteTable {
  const taken = new Set(Object.keys(own).map(pathOf));
  const clash = Object.keys(scrape)
    .map(pathOf)
    .find((path) => taken.has(path));
  if (clash !== undefined) {
    throw new TypeError(`DCC_MCP_METRICS_PATH: ${clash} is a path of the gateway itself; choose another one`);
  }
  return scrape;
}

function pathOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}

/** The handler itself refuses the methods it does not know, so that its guard comes first. */
function scrapeRoutes(path: string, handler: FetchHandler): RouteTable {
  const answer = toHttpHandler(handler);
  const route: Route = { guard: 'own', handler: ({ http }) => answer(http) };
  const paths = [...new Set([path, CONTEXT_FORGE_PATH])];
  return Object.fromEntries(paths.map((each) => [`ALL ${each}`, route]));
}
