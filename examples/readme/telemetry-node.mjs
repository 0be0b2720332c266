import { formatIssue, readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';

const { values: config, issues } = readTelemetryConfig(process.env);
for (const issue of issues) {
  console.error(formatIssue(issue));
}
const telemetry = startTelemetry(config, {
  resourceAttributes: { 'service.name': 'render-estimator', 'service.version': '1.4.0' }, // OTEL_* wins
  onHealthChange: ({ message }) => console.error(message), // once per change
});

const frames = telemetry.meter.createCounter('render.frames');
const span = telemetry.tracer.startSpan('render');
frames.add(24);
span.end();

await telemetry.shutdown(); // sends what waits, at most 5 s
for (const { signal, state } of telemetry.health().exporters) {
  console.log(signal, state);
}
