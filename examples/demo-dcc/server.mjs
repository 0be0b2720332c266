#!/usr/bin/env node
// An MCP server that behaves like a Maya session: a scene, a main thread that does one thing at a time, renders that
// take seconds, and honest failures. Nothing of Maya is needed.
//
//   node server.mjs                standard streams
//   node server.mjs --http 8765    Streamable HTTP on http://127.0.0.1:8765/mcp (0: any free port)
import { createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { createDemoServer } from './demo-server.mjs';
import { toNodeListener } from './node-listener.mjs';

const { values } = parseArgs({ options: { http: { type: 'string' } } });

if (values.http === undefined) {
  serveStdio(createDemoServer);
} else {
  const server = createServer(toNodeListener(createMcpHandler(createDemoServer).fetch));
  server.listen(Number(values.http), '127.0.0.1', () => {
    console.error(`demo-dcc listens on http://127.0.0.1:${server.address().port}/mcp`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
