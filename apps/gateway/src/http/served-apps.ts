import type { RequestMetrics } from '@dcc-mcp/http-adapter/request-metrics';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { TABLE } from '../config/table/table.ts';
import { createOriginGuard } from './addresses/origin-guard.ts';
import { type App, type AppOptions, createApp, type HttpTap } from './app.ts';
import { protectedResourceRoutes } from './auth/protected-resource.ts';
import { CONTEXT_FORGE_PATH, type MetricsHandler, metricsHandler, type ScrapeFor } from './metrics-endpoint.ts';
import type { Route, RouteTable } from './route-table.ts';

/** What is served on which kind of listener. */
export interface ServedApps {
  readonly app: App;
  /** Makes the scrape endpoint alone, for a listener of its own on `host`. Absent with metrics off. */
  readonly metricsApp: ((host: string) => App) | undefined;
}

/** What {@link createServedApps} takes. */
export interface ServedAppsOptions extends Pick<
  AppOptions,
  'authentication' | 'baseUrlOf' | 'contextSettings' | 'isDraining' | 'opening' | 'routeSpans' | 'onError'
> {
  readonly config: GatewayConfig;
  /** The routes of the rooms above, without the scrape endpoint. */
  readonly routes: RouteTable;
  readonly requestMetrics: RequestMetrics | undefined;
  /** Absent where nobody looks at the wire. */
  readonly tap: HttpTap | undefined;
  /** Absent while nothing turns `/metrics` on. */
  readonly scrape: ScrapeFor | undefined;
}

/**
 * Everything on one listener, and the scrape endpoint alone for a listener of its own.
 *
 * @throws {TypeError} When the scrape endpoint would hide behind a path of the gateway.
 */
export function createServedApps({
  config,
  routes: given,
  requestMetrics,
  scrape,
  tap,
  authentication,
  ...rest
}: ServedAppsOptions): ServedApps {
  const handler = metricsHandler(config.metrics, scrape);
  const metricsRoutes = handler === undefined ? {} : scrapeRoutes(config.metrics, handler);
  const isApart = config.metrics.port !== undefined;
  const routes = { ...given, ...protectedResourceRoutes(config, rest.baseUrlOf) };
  return {
    app: createApp({
      ...rest,
      originGuard: createOriginGuard(config.server),
      routes: isApart ? routes : { ...routes, ...withoutClash(routes, metricsRoutes, chosenPath(config)) },
      authentication,
      requestMetrics,
      tap,
    }),
    metricsApp:
      handler &&
      ((host) =>
        createApp({
          ...rest,
          // Whether only this machine can ask is a matter of each bind.
          originGuard: createOriginGuard({ ...config.server, host }),
          routes: metricsRoutes,
          authentication: undefined,
          requestMetrics: undefined,
        })),
  };
}

/** The setting that a path comes from which two things want, and what that path is already. */
export type PathSetting = (path: string) => { readonly setting: string; readonly is: string };

/** @throws {TypeError} When a path of `more` is one of `own`, or answers what one of them answers. */
export function withoutClash(own: RouteTable, more: RouteTable, chosen: PathSetting): RouteTable {
  const taken = [...new Set(Object.keys(own).map(pathOf))];
  const clash = Object.keys(more)
    .map(pathOf)
    .find((path) => taken.some((each) => canMeet(each, path)));
  if (clash !== undefined) {
    const { setting, is } = chosen(clash);
    throw new TypeError(`${setting}: ${clash} is ${is}; choose another one`);
  }
  return more;
}

/** What a path of the gateway itself is for whoever chose it for something else. */
export const OF_THE_GATEWAY = 'a path of the gateway itself';

/** Of the admin page and the metrics at one path: whichever of both is not where it is by itself. */
function chosenPath({ server: { adminPath } }: GatewayConfig): PathSetting {
  return (path) =>
    adminPath !== TABLE['server.adminPath'].fallback && `${path}/`.startsWith(`${adminPath}/`)
      ? { setting: 'DCC_MCP_ADMIN_PATH', is: 'the path of the metrics' }
      : { setting: 'DCC_MCP_METRICS_PATH', is: OF_THE_GATEWAY };
}

/** Whether there is a path that both templates describe. */
function canMeet(one: string, other: string): boolean {
  const parts = one.split('/');
  const others = other.split('/');
  return parts.length === others.length && parts.every((part, index) => isSamePart(part, others[index] ?? ''));
}

/** A parameter stands for anything but nothing. */
function isSamePart(one: string, other: string): boolean {
  return one === other || (one.startsWith(':') && other !== '') || (other.startsWith(':') && one !== '');
}

function pathOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}

/** The handler itself refuses the methods it does not know, so that its guard comes first. */
function scrapeRoutes({ path, enabled }: GatewayConfig['metrics'], handler: MetricsHandler): RouteTable {
  const route: Route = { guard: 'own', isOff: enabled === false, handler: ({ http }) => handler(http) };
  const paths = [...new Set([path, CONTEXT_FORGE_PATH])];
  return Object.fromEntries(paths.map((each) => [`ALL ${each}`, route]));
}
