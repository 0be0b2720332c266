import type { GaugeRule } from '@dcc-mcp/prometheus-bridge/cluster';
import {
  METRIC_DCC_MCP_GATEWAY_CALLS_IN_FLIGHT,
  METRIC_DCC_MCP_GATEWAY_QUEUE_DEPTH,
  METRIC_DCC_MCP_GATEWAY_STREAMS,
} from '@dcc-mcp/semantic-conventions';

/**
 * What is shown of gauges that several processes have. Sessions, tools and servers are told of by the process that starts
 * the others alone; of all that is not here the highest value is shown, as of uptime and of the delay of event loops.
 */
export const GAUGE_RULES: Readonly<Record<string, GaugeRule>> = {
  [METRIC_DCC_MCP_GATEWAY_QUEUE_DEPTH]: 'sum',
  [METRIC_DCC_MCP_GATEWAY_CALLS_IN_FLIGHT]: 'sum',
  [METRIC_DCC_MCP_GATEWAY_STREAMS]: 'sum',
};
