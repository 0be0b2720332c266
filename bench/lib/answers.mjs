// What the smallest MCP server worth measuring through answers, in both protocol eras: a tool `echo`, a tool `large` that
// adds a MiB to it, and a tool `fail`.
const inputSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const annotations = { readOnlyHint: true };
export const TOOLS = [
  { name: 'echo', description: 'Answers with the text it was given', inputSchema, annotations },
  { name: 'large', description: 'A mebibyte behind it', inputSchema, annotations },
  { name: 'fail', description: 'Says that it failed', inputSchema, annotations },
];
const MEBIBYTE = 'All work and no play. '.repeat(2 ** 20 / 22);
const ANSWERS = { echo: (text) => text, large: (text) => text + MEBIBYTE, fail: (text) => text };
const SERVER_INFO = { name: 'bench-upstream', version: '1.0.0' };
const CACHE = { ttlMs: 60_000, cacheScope: 'public' };
const MODERN = 'io.modelcontextprotocol/protocolVersion';

/** What the tool says to a text, and whether it did what was asked. */
export const callTool = (name, text) => ({ text: ANSWERS[name](text), isError: name === 'fail' });

function toolResult({ name, arguments: { text: given } }) {
  const { text, isError } = callTool(name, given);
  return { content: [{ type: 'text', text }], ...(isError && { isError }) };
}

const HANDLERS = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: SERVER_INFO }),
  'server/discover': () => ({
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
    ...CACHE,
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: TOOLS, ...CACHE }),
  'tools/call': toolResult,
};

/** The answer to a request; a notification has none. */
export function answer({ id, method, params = {} }) {
  if (id === undefined) {
    return undefined;
  }
  const handler = HANDLERS[method];
  if (handler === undefined) {
    return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
  }
  const { _meta: meta } = params;
  const isModern = meta?.[MODERN] !== undefined;
  return { jsonrpc: '2.0', id, result: { ...handler(params), ...(isModern && { resultType: 'complete' }) } };
}
