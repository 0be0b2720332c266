// What a user of a client library does on the first day, step by step, whatever the library. Each step leaves what was
// seen; one that fails leaves `{ error }`. `client` is the small set of functions that `sdk.mjs` gives.
const MESSAGE = 'héllo 世界 🎈';
const LONG = 'trigger-long-running-operation';

/** Runs all steps that `mode` allows and gives what each saw. */
export async function journey(client, { mode, root }) {
  const tools = await seen(() => client.listTools());
  const steps = { tools: Array.isArray(tools) ? tools : [], listError: tools.error };
  const call = mode === 'all' ? byName(client) : bySlug(client, steps);
  const step = async (name, run) => {
    steps[name] = await seen(run);
  };
  await step('echo', () => call('everything/echo', { message: MESSAGE }));
  await step('refused', () => call('everything/get-sum', { a: 'one' }));
  await step('failed', () => call('files/read_text_file', { path: `${root}/nothing-here.txt` }));
  await step('image', () => call('everything/get-tiny-image', {}));
  await step('large', () => call('files/read_text_file', { path: `${root}/large.txt` }));
  await step('roots', () => call('files/list_allowed_directories', {}));
  await step('rootsList', () => call('everything/get-roots-list', {}));
  await step('progress', () => withProgress(call));
  await step('cancelled', () => cancelled(call));
  await step('after', () => call('everything/echo', { message: 'still here' }));
  await step('accepted', () => call('everything/trigger-elicitation-request', {}));
  client.declineNext();
  await step('declined', () => call('everything/trigger-elicitation-request', {}));
  await step('sampled', () => call('everything/trigger-sampling-request', { prompt: 'hello', maxTokens: 10 }));
  await step('resources', () => client.listResources());
  await step('resource', () => client.readResource(steps.resources[0]));
  await step('logLevel', () => client.setLogLevel('warning'));
  if (mode === 'all') {
    await step('prompts', () => client.listPrompts());
    await step('prompt', () => client.getPrompt('everything__args-prompt', { city: 'Köln' }));
    await step('completion', () => client.complete('everything__completable-prompt', 'department', 'S'));
  }
  return steps;
}

const byName = (client) => (path, args, options) => client.callTool(path.replace('/', '__'), args, options);

/** Searches as a model does; the slug of each tool comes from the hits. */
function bySlug(client, steps) {
  const slugs = new Map();
  steps.searches = {};
  return async (path, args, options) => {
    const [server, tool] = path.split('/');
    if (!slugs.has(tool)) {
      const found = await client.callTool('search', { query: tool, limit: 3 });
      const hits = found.structuredContent?.hits ?? [];
      steps.searches[tool] = hits.map((hit) => hit.backend_tool);
      slugs.set(tool, hits.find((hit) => hit.backend_tool === tool && hit.dcc_type === server)?.tool_slug ?? tool);
    }
    return client.callTool('call', { tool_slug: slugs.get(tool), arguments: args }, options);
  };
}

async function withProgress(call) {
  const notes = [];
  const options = { onprogress: ({ progress, total }) => notes.push([progress, total]) };
  const result = await call(`everything/${LONG}`, { duration: 0.8, steps: 4 }, options);
  return { ...result, notes };
}

/** Gives up at the first progress, when the call has certainly arrived. */
async function cancelled(call) {
  const controller = new AbortController();
  // The SDK 2.x counts its own rounds, too, without a total: that is no sign of the server.
  const onprogress = ({ total }) => total !== undefined && controller.abort();
  const begin = performance.now();
  const ended = await seen(() =>
    call(`everything/${LONG}`, { duration: 60, steps: 600 }, { signal: controller.signal, onprogress }),
  );
  return { ended: ended.error ?? 'it answered', millis: performance.now() - begin };
}

async function seen(run) {
  try {
    return (await run()) ?? {};
  } catch (error) {
    return { error: `${error.code ?? error.name}: ${error.message}` };
  }
}

/** What a test looks at, small enough to print: long texts by their length, bytes as they are counted. */
export function summarize({ content = [], structuredContent, isError = false }) {
  const types = content.map(({ type }) => type);
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  const bytes = content.flatMap((block) => (block.type === 'image' ? [block.data.length] : []));
  return {
    types,
    length: text.length,
    text: text.slice(0, 1500),
    bytes,
    isError,
    structuredContent: small(structuredContent),
  };
}

const small = (value) => (JSON.stringify(value ?? null).length < 20_000 ? value : undefined);
