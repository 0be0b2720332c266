import { AUTH, POLICY, TELEMETRY } from './access.ts';
import { METRICS } from './metrics.ts';
import { AUDIT, LIMITS, REGISTRY, ROOT } from './operation.ts';
import { SERVER } from './server.ts';
import type { Setting } from './setting.ts';

/** Every setting of the gateway but the upstreams, in the order of its file. */
export const GATEWAY_SETTINGS: readonly Setting<unknown>[] = [
  SERVER,
  METRICS,
  TELEMETRY,
  AUTH,
  POLICY,
  LIMITS,
  AUDIT,
  REGISTRY,
  ROOT,
].flatMap((section) => Object.values(section));

/** The path of the gateway's file. */
export const CONFIG_VARIABLE = 'DCC_MCP_CONFIG';
/** `mcpServers` as JSON, in place of the file's. */
export const SERVERS_VARIABLE = 'DCC_MCP_MCP_SERVERS';
