// The TypeScript SDK 1.x, as a program of its user: `node sdk-v1.mjs '{"url" | "command", "mode", "root"}'`.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { pathToFileURL } from 'node:url';
import { journey, summarize } from './journey.mjs';

const task = JSON.parse(process.argv[2]);
const capabilities = { roots: { listChanged: true }, elicitation: {}, sampling: {} };
const client = new Client({ name: 'sdk-v1', version: '1.0.0' }, { capabilities });
let action = 'accept';
client.setRequestHandler(ListRootsRequestSchema, () => ({
  roots: [{ uri: pathToFileURL(task.root).href, name: 'work' }],
}));
client.setRequestHandler(ElicitRequestSchema, () =>
  action === 'accept' ? { action, content: { name: 'Ada' } } : { action },
);
client.setRequestHandler(CreateMessageRequestSchema, () => ({
  model: 'none',
  role: 'assistant',
  content: { type: 'text', text: 'said the model' },
}));
await client.connect(
  task.url === undefined
    ? new StdioClientTransport({ ...task.command, env: process.env, stderr: 'inherit' })
    : new StreamableHTTPClientTransport(new URL(task.url)),
);
const steps = await journey(
  {
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    callTool: async (name, args, options) =>
      summarize(await client.callTool({ name, arguments: args }, undefined, options)),
    listResources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    readResource: async (uri) => (await client.readResource({ uri })).contents,
    listPrompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    getPrompt: async (name, args) => (await client.getPrompt({ name, arguments: args })).messages,
    complete: async (name, argument, value) =>
      (await client.complete({ ref: { type: 'ref/prompt', name }, argument: { name: argument, value } })).completion,
    setLogLevel: (level) => client.setLoggingLevel(level),
    declineNext: () => (action = 'decline'),
  },
  task,
);
await client.close();
process.stdout.write(`${JSON.stringify(steps)}\n`);
