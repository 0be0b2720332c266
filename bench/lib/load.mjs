// The load generator: keep-alive connections, one request in flight on each, every answer compared with what was asked.
//   node load.mjs --url http://127.0.0.1:4400/mcp --conns 16 --secs 5 --era legacy|modern     (alone, by hand)
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openConnection, parseBody } from './http-connection.mjs';

const MAX_SECS = 60;
const MAX_CONNECTIONS = 256;
const CLIENT = { name: 'bench', version: '1.0.0' };
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** How a client of each era calls a tool: `open` once per connection, then `request` for each call. */
const ERAS = {
  legacy: {
    async open(connection) {
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT };
      const answer = await connection.post(
        JSON_HEADERS,
        JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
      );
      const session = /\r\nmcp-session-id: *(\S+)/i.exec(answer.head)?.[1];
      const headers = {
        ...JSON_HEADERS,
        'mcp-protocol-version': '2025-11-25',
        ...(session && { 'mcp-session-id': session }),
      };
      await connection.post(headers, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
      return headers;
    },
    meta: undefined,
  },
  modern: {
    open: (_connection, tool) =>
      Promise.resolve({
        ...JSON_HEADERS,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': tool,
      }),
    meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': CLIENT,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};

/** A call of the upstream's `echo`, directly, or through the gateway's own tool `call`. */
const toolArguments = (tool, slug, text) => (tool === 'call' ? { tool_slug: slug, arguments: { text } } : { text });

/**
 * Runs calls on one connection until `until`; gives latencies in milliseconds. Throws on any wrong answer.
 *
 * @param dueAt When the call of that number is to be sent; absent: as soon as there is an answer.
 */
async function runConnection(index, { url, era, tool, slug, until, dueAt }) {
  const connection = await openConnection(url);
  const latencies = [];
  try {
    const { open, meta } = ERAS[era];
    const headers = await open(connection, tool);
    for (let id = 1; performance.now() < until; id += 1) {
      const text = `c${index}n${id}`;
      const params = { name: tool, arguments: toolArguments(tool, slug, text), ...(meta && { _meta: meta }) };
      const begin = dueAt === undefined ? performance.now() : await untilDue(dueAt(id));
      const answer = await connection.post(
        headers,
        JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
      );
      latencies.push(performance.now() - begin);
      assertEcho(answer, id, text);
    }
  } finally {
    connection.close();
  }
  return latencies;
}

/** Gives the time from which a latency counts: of a call that waited for the answer before it, when it was due. */
async function untilDue(due) {
  const left = due - performance.now();
  if (left <= 0) {
    return due;
  }
  await wait(left);
  return performance.now();
}

function assertEcho(answer, id, text) {
  const message = answer.status === 200 ? parseBody(answer) : undefined;
  const said = message?.result?.content?.[0]?.text ?? '';
  if (message?.id !== id || message.result.isError === true || !said.includes(text)) {
    throw new Error(`wrong answer to "${text}": HTTP ${answer.status} ${answer.body.slice(0, 300)}`);
  }
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

/**
 * Calls a tool over `connections` keep-alive connections for `seconds`.
 *
 * @param pace Calls a second; absent: each connection sends as soon as it has its answer.
 * @returns Calls answered, calls per second, p50 and p99 in milliseconds.
 */
export async function runLoad({ url, connections, seconds, era = 'legacy', tool = 'echo', slug, pace }) {
  if (seconds > MAX_SECS || connections > MAX_CONNECTIONS) {
    throw new RangeError(`at most ${MAX_SECS} s and ${MAX_CONNECTIONS} connections`);
  }
  const begin = performance.now();
  const until = begin + seconds * 1000;
  const dueOn = (index) => (id) => begin + ((id * connections + index) / pace) * 1000;
  const runs = Array.from({ length: connections }, (_, index) =>
    runConnection(index, { url, era, tool, slug, until, dueAt: pace === undefined ? undefined : dueOn(index) }),
  );
  const latencies = (await Promise.all(runs)).flat().toSorted((a, b) => a - b);
  return {
    calls: latencies.length,
    callsPerSecond: Math.round((latencies.length * 1000) / (performance.now() - begin)),
    p50Millis: quantile(latencies, 0.5),
    p99Millis: quantile(latencies, 0.99),
  };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      conns: { type: 'string', default: '16' },
      secs: { type: 'string', default: '5' },
      era: { type: 'string', default: 'legacy' },
      tool: { type: 'string', default: 'echo' },
      slug: { type: 'string' },
      pace: { type: 'string' },
    },
  });
  const { url, era, tool, slug } = values;
  const pace = values.pace === undefined ? undefined : Number(values.pace);
  const how = { connections: Number(values.conns), seconds: Number(values.secs), pace };
  console.log(await runLoad({ url, era, tool, slug, ...how }));
}
