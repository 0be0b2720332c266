// #region start
import { createGatewayMetrics, type GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import type { Meter } from '@opentelemetry/api';

/** Metrics of a gateway whose catalog is `tools` and whose sessions are `sessions`. */
export function startGatewayMetrics(meter: Meter, tools: Set<string>, sessions: Map<string, object>): GatewayMetrics {
  const metrics = createGatewayMetrics(meter, { isRegisteredTool: (tool) => tools.has(tool), version: '1.0.0' });
  metrics.observe({ registeredTools: () => tools.size, activeSessions: () => sessions.size });
  return metrics;
}

/** The one place where a finished call is recorded. */
export function onCallFinished(
  metrics: GatewayMetrics,
  tool: string,
  call: { isError: boolean; seconds: number },
): void {
  metrics.recordCall({ tool, status: call.isError ? 'error' : 'success', durationSeconds: call.seconds });
}
// #endregion
