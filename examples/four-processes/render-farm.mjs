#!/usr/bin/env node
// The service behind the MCP server: plain HTTP, no MCP. It continues the trace of the request's headers.
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { extractContext } from '@dcc-mcp/workflow-spans';
import { SpanKind } from '@opentelemetry/api';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const { values } = readTelemetryConfig(process.env);
const telemetry = startTelemetry(values, { resourceAttributes: { 'service.name': 'render-farm' } });

async function readJson(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
  }
  return JSON.parse(text);
}

async function estimate(request, response) {
  const parent = extractContext({ headers: request.headers }, telemetry.propagator);
  const span = telemetry.tracer.startSpan('POST /estimates', { kind: SpanKind.SERVER }, parent);
  const { frames } = await readJson(request);
  await wait(20); // asks its queue
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ seconds: frames * 2.5 }));
  span.end();
}

const server = createServer((request, response) => {
  estimate(request, response).catch(() => response.writeHead(400).end());
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

async function stop() {
  server.close();
  await telemetry.shutdown();
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
