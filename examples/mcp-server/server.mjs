// An MCP server over Streamable HTTP that knows nothing of telemetry.
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npm start
import { serve } from '@dcc-mcp/http-adapter/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const FARM_URL = process.env['FARM_URL'] ?? 'http://127.0.0.1:8900';

function createRenderServer() {
  const server = new McpServer({ name: 'render-estimator', version: '1.0.0' });
  server.registerTool(
    'estimate_render',
    { description: 'Asks the render farm how long frames take.', inputSchema: z.object({ frames: z.int().min(1) }) },
    async ({ frames }) => {
      const farm = await fetch(`${FARM_URL}/estimates?frames=${frames}`);
      return { content: [{ type: 'text', text: await farm.text() }] };
    },
  );
  return server;
}

const { url } = await serve(createMcpHandler(createRenderServer).fetch, { port: Number(process.env.PORT ?? 3000) });
console.log(`${url}/mcp`);
