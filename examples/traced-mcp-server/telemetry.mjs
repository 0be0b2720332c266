// Telemetry from OTEL_*: nothing set, nothing sent.
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';

const { values, issues } = readTelemetryConfig(process.env);
for (const { variable, problem, expected } of issues) console.error(`${variable}: ${problem}; expected ${expected}`);

export const telemetry = startTelemetry(values, { resourceAttributes: { 'service.name': 'render-estimator' } });
