import type { GatewayConfig } from '../../config/reader/gateway-config.ts';

/** Where a gateway is reached, whole URLs that a terminal makes clickable. */
export type Addresses = readonly (readonly [what: string, where: string])[];

/** What a gateway that runs tells of its listeners. */
export interface Listening {
  readonly url: string | undefined;
  readonly metricsUrls: readonly string[];
  /** Path of the admin page; absent where there is none. */
  readonly pagePath: string | undefined;
}

/** The URL that this machine reaches the listener by: one bound to every address is none. */
export function reachable(url: string): string {
  return url.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]');
}

/** Pages, MCP endpoint, reference and metrics; of metrics that are off how to turn them on. */
export function addressesOf({ server, metrics }: GatewayConfig, { url, metricsUrls, pagePath }: Listening): Addresses {
  const base = url === undefined ? undefined : reachable(url);
  const scraped = [
    ...(base !== undefined && metrics.enabled === true && metrics.port === undefined ? [base] : []),
    ...metricsUrls.map(reachable),
  ].map((each) => each + metrics.path);
  return [
    ...(base === undefined ? [] : pages(base, pagePath)),
    ...(server.publicUrl === undefined ? [] : [['public', server.publicUrl] as const]),
    ...(scraped.length === 0 ? [['metrics', 'off; --metrics turns them on'] as const] : []),
    ...scraped.map((each) => ['metrics', each] as const),
  ];
}

function pages(base: string, pagePath: string | undefined): Addresses {
  return [
    ['page', `${base}/`],
    ...(pagePath === undefined ? [] : [['admin', base + pagePath] as const]),
    ['MCP', `${base}/mcp`],
    ['docs', `${base}/docs`],
  ];
}
