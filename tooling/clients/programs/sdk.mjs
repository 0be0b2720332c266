// What both generations of the TypeScript SDK have alike: the task, what a client answers to its server, and the
// functions that `journey.mjs` takes.
import { pathToFileURL } from 'node:url';
import { journey, summarize } from './journey.mjs';

/** What the command line holds: `{"url" | "command", "mode", "root"}`, and what a program takes beside that. */
export const task = JSON.parse(process.argv[2]);

export const CAPABILITIES = { roots: { listChanged: true }, elicitation: {}, sampling: {} };

let action = 'accept';
/** Handlers for `roots/list`, `elicitation/create` and `sampling/createMessage`. */
export const answers = {
  roots: () => ({ roots: [{ uri: pathToFileURL(task.root).href, name: 'work' }] }),
  elicited: () => (action === 'accept' ? { action, content: { name: 'Ada' } } : { action }),
  sampled: () => ({ model: 'none', role: 'assistant', content: { type: 'text', text: 'said the model' } }),
};

/** Goes the way of `journey.mjs` with a connected client, closes it and prints what was seen. */
export async function travel(client, callTool) {
  const steps = await journey(
    {
      listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
      callTool: async (name, args, options) => summarize(await callTool({ name, arguments: args }, options)),
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
}
