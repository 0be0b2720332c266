#!/usr/bin/env node
// A scripted agent: it searches the gateway for a tool and calls the best hit, all in one trace.
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 node agent.mjs http://127.0.0.1:9765/mcp
import { formatIssue, readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { withWorkflowSpan } from '@dcc-mcp/workflow-spans';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const url = process.argv[2] ?? 'http://127.0.0.1:9765/mcp';
const { values, issues } = readTelemetryConfig(process.env);
for (const issue of issues) {
  console.error(formatIssue(issue));
}
const telemetry = startTelemetry(values, { resourceAttributes: { 'service.name': 'shot-agent' } });
const { tracer, propagator } = telemetry;
const agentContext = { agent_name: 'Shot agent', actor_id: 'artist-7', model: 'scripted', turn_id: 'turn-1' };

const client = new Client({ name: 'shot-agent', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));

/** One tools/call as a CLIENT span, which the gateway's span continues. */
function callTool(name, input, { parent, ...extra }) {
  return withWorkflowSpan({ tracer, propagator, side: 'client', target: name, parent, input }, ({ inject }) => {
    const meta = { agent_context: agentContext, ...extra };
    inject({ meta });
    return client.callTool({ name, arguments: input, _meta: meta });
  });
}

const answer = await withWorkflowSpan(
  { tracer, propagator, side: 'internal', kind: 'AGENT', target: 'estimate shot sh010' },
  async ({ context }) => {
    const { structuredContent: found } = await callTool('search', { query: 'estimate render' }, { parent: context });
    const search = { search_id: found.search_id };
    const tool_slug = found.hits[0].tool_slug;
    return callTool('call', { tool_slug, arguments: { frames: 48 } }, { parent: context, ...search });
  },
);
console.log(JSON.stringify(answer.structuredContent?.output ?? answer.content));
await client.close();
await telemetry.shutdown();
