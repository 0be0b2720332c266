import { SDK_CARDINALITY_LIMIT } from '@dcc-mcp/bounded-meter';
import { createGatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const reader = new PrometheusReader({ scopeLabels: false, cardinalityLimit: SDK_CARDINALITY_LIMIT });
const provider = new MeterProvider({ readers: [reader] });

const catalog = new Set(['maya__create_sphere', 'maya__render_frame']);
const metrics = createGatewayMetrics(provider.getMeter('my-gateway'), {
  isRegisteredTool: (tool) => catalog.has(tool),
  version: '1.0.0',
});
metrics.observe({ registeredTools: () => catalog.size });

// Where your gateway has finished a call:
metrics.recordCall({ tool: 'maya__create_sphere', status: 'success', durationSeconds: 0.12 });
metrics.recordCall({ tool: 'maya__render_frame', status: 'error', durationSeconds: 30 });
metrics.recordCall({ tool: 'made up by a caller', status: 'error', durationSeconds: 0.001 });

const { body } = await reader.scrape({ method: 'GET' });
for (const line of (await new Response(body).text()).split('\n')) {
  if (/^dcc_mcp_tool_calls|^dcc_mcp_tool_duration_seconds_sum|^dcc_mcp_registered_tools/.test(line)) {
    console.log(line);
  }
}
