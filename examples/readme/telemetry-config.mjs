import { effectiveSettings, formatIssue, readTelemetryConfig } from '@dcc-mcp/telemetry-config';

const reading = readTelemetryConfig(process.env);

for (const issue of reading.issues) {
  console.log(`${issue.severity}: ${formatIssue(issue)}`);
}
for (const { setting, value, origin, variable } of effectiveSettings(reading)) {
  if (origin !== 'default') {
    console.log(`${setting} = ${value} (${origin} ${variable})`); // secrets are masked
  }
}
for (const { exporter } of reading.values.traces.processors) {
  console.log('traces go to', exporter.type === 'otlp' ? exporter.endpoint : exporter.type);
}
