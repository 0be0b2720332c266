// The TypeScript SDK 1.x, as a program of its user: `node sdk-v1.mjs '{"url" | "command", "mode", "root"}'`.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { answers, CAPABILITIES, task, travel } from './sdk.mjs';

const client = new Client({ name: 'sdk-v1', version: '1.0.0' }, { capabilities: CAPABILITIES });
client.setRequestHandler(ListRootsRequestSchema, answers.roots);
client.setRequestHandler(ElicitRequestSchema, answers.elicited);
client.setRequestHandler(CreateMessageRequestSchema, answers.sampled);
await client.connect(
  task.url === undefined
    ? new StdioClientTransport({ ...task.command, env: process.env, stderr: 'inherit' })
    : new StreamableHTTPClientTransport(new URL(task.url)),
);
await travel(client, (params, options) => client.callTool(params, undefined, options));
