// The load generator: keep-alive connections, one request in flight on each, every answer compared with what was asked.
//   node load.mjs --url http://127.0.0.1:4400/mcp --conns 16 --secs 5 --era legacy|modern|rest     (alone, by hand)
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CLIENTS } from './clients.mjs';
import { openConnection } from './http-connection.mjs';

const MAX_SECS = 60;
const MAX_CONNECTIONS = 256;
const IDS_OF_CONNECTION = 10_000_000;

const echoes = (said, text) => said.includes(text);

/** A call of the upstream's `echo`, directly, or through the gateway's own tool `call`. */
const askFor = (tool, slug) => (text) => ({
  name: tool,
  arguments: tool === 'call' ? { tool_slug: slug, arguments: { text } } : { text },
});

/**
 * Runs calls on one connection until `until`; gives latencies in milliseconds. Throws on any wrong answer.
 *
 * @param ask The name and the arguments of the call that is to answer with a text.
 * @param isAnswer Whether what was said is the answer to that call.
 * @param dueAt When the call of that number is to be sent; absent: as soon as there is an answer.
 */
async function runConnection(index, { url, era, tool, ask, isAnswer, until, dueAt }) {
  const connection = await openConnection(url);
  const latencies = [];
  try {
    const { open, body, said } = CLIENTS[era];
    const first = index * IDS_OF_CONNECTION;
    const headers = await open(connection, tool, first);
    for (let call = 1; performance.now() < until; call += 1) {
      const id = first + call;
      const text = `c${index}n${call}.`;
      const begin = dueAt === undefined ? performance.now() : await untilDue(dueAt(call));
      const answer = await connection.post(headers, body(id, ask(text)));
      latencies.push(performance.now() - begin);
      const told = said(answer, id);
      if (told === undefined || !isAnswer(told, text)) {
        throw new Error(`wrong answer to "${text}": HTTP ${answer.status} ${answer.body.slice(0, 300)}`);
      }
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

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

/**
 * Calls a tool over `connections` keep-alive connections for `seconds`.
 *
 * @param ask What is called to be told a text; absent: `tool` itself, or behind it the tool `slug`.
 * @param isAnswer Whether what it says is the answer to a text; absent: whether the text stands in it.
 * @param pace Calls a second; absent: each connection sends as soon as it has its answer.
 * @returns Calls answered, calls per second, p50 and p99 in milliseconds.
 */
export async function runLoad(how) {
  const { url, connections, seconds, era = 'legacy', tool = 'echo', pace } = how;
  const { ask = askFor(tool, how.slug), isAnswer = echoes } = how;
  if (seconds > MAX_SECS || connections > MAX_CONNECTIONS) {
    throw new RangeError(`at most ${MAX_SECS} s and ${MAX_CONNECTIONS} connections`);
  }
  const begin = performance.now();
  const until = begin + seconds * 1000;
  const dueOn = (index) => (call) => begin + ((call * connections + index) / pace) * 1000;
  const runs = Array.from({ length: connections }, (_, index) =>
    runConnection(index, {
      url,
      era,
      tool,
      ask,
      isAnswer,
      until,
      dueAt: pace === undefined ? undefined : dueOn(index),
    }),
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
