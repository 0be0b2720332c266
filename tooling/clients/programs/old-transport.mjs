// A client of 2024-11-05, which knows HTTP+SSE and nothing else: `node old-transport.mjs URL`.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';

const client = new Client({ name: 'old', version: '1.0.0' });
await client.connect(new SSEClientTransport(new URL(process.argv[2])));
const { tools } = await client.listTools();
const notes = [];
const long = { name: 'everything__trigger-long-running-operation', arguments: { duration: 0.8, steps: 4 } };
await client.callTool(long, undefined, { onprogress: ({ progress }) => notes.push(progress) });
const { content } = await client.callTool({ name: 'everything__echo', arguments: { message: 'héllo 世界 🎈' } });
await client.close();
process.stdout.write(JSON.stringify({ tools: tools.map(({ name }) => name), notes, text: content[0].text }));
