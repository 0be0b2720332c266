// Telemetry from OTEL_*: nothing set, nothing sent.
import { formatIssue, readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';

const { values, issues } = readTelemetryConfig(process.env);
for (const issue of issues) {
  console.error(formatIssue(issue));
}

export const telemetry = startTelemetry(values, { resourceAttributes: { 'service.name': 'render-estimator' } });
