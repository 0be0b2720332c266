import { withWorkflowSpan } from '@dcc-mcp/workflow-spans';
import { z } from 'zod';

const FARM_URL = process.env['FARM_URL'] ?? 'http://127.0.0.1:8900';

/** Registers the tools on `server`; each call becomes a span in the trace of whoever called it. */
export function registerRenderTools(server, telemetry) {
  const { tracer, propagator } = telemetry;

  server.registerTool(
    'estimate_render',
    {
      description: 'Estimates how long the render farm takes for some frames.',
      inputSchema: z.object({ frames: z.int().min(1) }),
    },
    (input, { mcpReq: { _meta: meta }, http }) =>
      withWorkflowSpan(
        // The context comes from this message: its _meta, else the headers it came with.
        { tracer, propagator, target: 'estimate_render', input, meta, headers: http?.req?.headers },
        ({ inject }) => askFarm(input, inject),
      ),
  );
}

async function askFarm({ frames }, inject) {
  const headers = new Headers({ 'content-type': 'application/json' });
  inject({ headers });
  const response = await fetch(`${FARM_URL}/estimates`, { method: 'POST', headers, body: JSON.stringify({ frames }) });
  if (!response.ok) {
    return { isError: true, content: [{ type: 'text', text: `the farm answered ${response.status}` }] };
  }
  const { seconds } = await response.json();
  return {
    content: [{ type: 'text', text: `${frames} frames take about ${seconds} s` }],
    structuredContent: { seconds },
  };
}
