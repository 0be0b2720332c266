import { createObservable } from '@dcc-mcp/bounded-meter';
import { METRIC_DCC_MCP_BUILD_INFO } from '@dcc-mcp/semantic-conventions';
import type { Meter } from '@opentelemetry/api';
import { definitionOf } from './metric-catalog.ts';

/** What `dcc_mcp_build_info` tells. */
export interface BuildInfo {
  readonly version: string;
  /** npm package, the label `crate`; default `@dcc-mcp/gateway`. */
  readonly packageName?: string;
}

/**
 * Registers `dcc_mcp_build_info` alone, for a gateway that records nothing (`OTEL_SDK_DISABLED=true`) and whose scrape
 * must not be empty. `createGatewayMetrics` has it already.
 */
export function registerBuildInfo(meter: Meter, { version, packageName = '@dcc-mcp/gateway' }: BuildInfo): void {
  const definition = definitionOf(METRIC_DCC_MCP_BUILD_INFO);
  const attributes = Object.freeze({ version, crate: packageName });
  createObservable(meter, definition).addCallback((result) => {
    result.observe(1, attributes);
  });
}
