// The agent's own spans, exported where `OTEL_*` says. Without an exporter it passes no trace on, so that the gateway's
// spans are roots and not children of spans that nobody has seen.
import { formatIssue, readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { withWorkflowSpan } from '@dcc-mcp/workflow-spans';

/** Starts the agent's telemetry from `env`; `end` flushes it. */
export function startAgentSpans(env) {
  const { values, issues } = readTelemetryConfig(env);
  for (const issue of issues) {
    console.error(formatIssue(issue));
  }
  const telemetry = startTelemetry(values, { resourceAttributes: { 'service.name': 'demo-agent' } });
  const { tracer, propagator, isTracing } = telemetry;
  let parent;

  return {
    /** One thing that the agent wants: what it does meanwhile is below it. One at a time. */
    step(target, work) {
      return withWorkflowSpan({ tracer, propagator, side: 'internal', kind: 'AGENT', target }, async ({ context }) => {
        parent = context;
        return work();
      });
    },
    /** One request to the gateway; `send` gets what writes the trace into its carriers. */
    request(target, input, send) {
      return withWorkflowSpan({ tracer, propagator, side: 'client', target, parent, input }, ({ inject }) =>
        send(isTracing ? inject : () => undefined),
      );
    },
    end: () => telemetry.shutdown(),
  };
}
