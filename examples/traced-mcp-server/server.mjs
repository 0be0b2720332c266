#!/usr/bin/env node
// An MCP server on standard streams whose tools continue the caller's trace.
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 node server.mjs
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { registerRenderTools } from './render-tools.mjs';
import { telemetry } from './telemetry.mjs';

serveStdio(() => {
  const server = new McpServer({ name: 'render-estimator', version: '1.0.0' });
  registerRenderTools(server, telemetry);
  return server;
});

async function stop() {
  await telemetry.shutdown(); // sends what waits
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.stdin.once('end', () => void stop());
