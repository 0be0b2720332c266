// The TypeScript SDK 2.x in the era that the task names, as a program of its user:
// `node sdk-v2.mjs '{"url" | "command", "era": "legacy" | "auto", "mode", "root"}'`.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { pathToFileURL } from 'node:url';
import { journey, summarize } from './journey.mjs';

const task = JSON.parse(process.argv[2]);
const capabilities = { roots: { listChanged: true }, elicitation: {}, sampling: {} };
const client = new Client(
  { name: 'sdk-v2', version: '1.0.0' },
  { capabilities, versionNegotiation: { mode: task.era } },
);
let action = 'accept';
client.setRequestHandler('roots/list', () => ({ roots: [{ uri: pathToFileURL(task.root).href, name: 'work' }] }));
client.setRequestHandler('elicitation/create', () =>
  action === 'accept' ? { action, content: { name: 'Ada' } } : { action },
);
client.setRequestHandler('sampling/createMessage', () => ({
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
    callTool: async (name, args, options) => summarize(await client.callTool({ name, arguments: args }, options)),
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
