// The TypeScript SDK 2.x in the era that the task names, as a program of its user:
// `node sdk-v2.mjs '{"url" | "command", "era": "legacy" | "auto", "mode", "root"}'`.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { answers, CAPABILITIES, task, travel } from './sdk.mjs';

const options = { capabilities: CAPABILITIES, versionNegotiation: { mode: task.era } };
const client = new Client({ name: 'sdk-v2', version: '1.0.0' }, options);
client.setRequestHandler('roots/list', answers.roots);
client.setRequestHandler('elicitation/create', answers.elicited);
client.setRequestHandler('sampling/createMessage', answers.sampled);
await client.connect(
  task.url === undefined
    ? new StdioClientTransport({ ...task.command, env: process.env, stderr: 'inherit' })
    : new StreamableHTTPClientTransport(new URL(task.url)),
);
await travel(client, (params, more) => client.callTool(params, more));
