import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { withWorkflowSpan } from '@dcc-mcp/workflow-spans';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const telemetry = startTelemetry(readTelemetryConfig(process.env).values, {
  resourceAttributes: { 'service.name': 'render-estimator' },
});
const { tracer, propagator } = telemetry;

serveStdio(() => {
  const server = new McpServer({ name: 'render-estimator', version: '1.0.0' });
  server.registerTool(
    'estimate_render',
    { description: 'Estimates a render.', inputSchema: z.object({ frames: z.int().min(1) }) },
    (input, { mcpReq: { _meta: meta } }) =>
      withWorkflowSpan({ tracer, propagator, target: 'estimate_render', input, meta }, ({ inject }) => {
        const headers = new Headers();
        inject({ headers }); // send them to the service behind: it joins the same trace
        return { content: [{ type: 'text', text: `${input.frames * 2} s, ${headers.get('traceparent')}` }] };
      }),
  );
  return server;
});

process.stdin.once('end', () => void telemetry.shutdown()); // sends what waits
