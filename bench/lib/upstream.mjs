// The smallest MCP server worth measuring through: Streamable HTTP, both protocol eras, no dependencies.
// Run as a child of a benchmark; says its port over IPC.
import { answer } from './answers.mjs';
import { listen } from './json-server.mjs';

listen((message) => {
  const json = answer(message);
  const headers = message.method === 'initialize' ? { 'mcp-session-id': 'bench' } : undefined;
  return json && { json, headers };
});
