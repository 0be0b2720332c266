// Clients of all kinds that go on calling, and what they were answered.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { findSlug } from '../fixtures/callers.ts';

/** One kind of client: a call throws where it is not answered as it should be. */
interface Caller {
  call(text: string): Promise<void>;
  close(): Promise<void>;
}

/** What came of the calls until now. */
export interface Load {
  /** Texts of the calls that were answered. */
  readonly answered: readonly string[];
  readonly failures: readonly string[];
  /** The longest that an answer took, in milliseconds, since it was asked last. */
  slowest(): number;
  /** Ends when each client has had its last answer. */
  stop(): Promise<void>;
}

const PAUSE_MILLIS = 10;
/** A client waits no longer for the answer of a gateway that was killed while it answered. */
const CALL_MILLIS = 5_000;

async function connect(url: string, mode: 'legacy' | { readonly pin: string }): Promise<Caller> {
  const client = new Client(
    { name: 'load', version: '1.0.0' },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ada' } }));
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
  let calls = 0;
  return {
    async call(text) {
      calls += 1;
      // Now and then one that asks its client, whose answer may come to another gateway.
      const asks = calls % 10 === 0;
      const answer = await client.callTool(
        asks ? { name: 'ask', arguments: { whom: 'person' } } : { name: 'echo', arguments: { text } },
        { timeout: CALL_MILLIS },
      );
      const said = JSON.stringify(answer);
      if (!said.includes(asks ? 'Ada' : text)) {
        throw new Error(`answered ${said}`);
      }
    },
    close: () => client.close(),
  };
}

async function connectRest(url: string, slug: string): Promise<Caller> {
  return {
    async call(text) {
      const response = await fetch(`${url}/v1/call`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ tool_slug: slug, arguments: { text } }),
      });
      const said = await response.text();
      if (response.status !== 200 || !said.includes(text)) {
        throw new Error(`answered ${response.status} ${said}`);
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Begins to call through `url`: one client of each kind, each with one call at a time. */
export async function startLoad(url: string): Promise<Load> {
  const slug = await findSlug(url, 'whole', 'echo');
  const callers = {
    legacy: await connect(url, 'legacy'),
    modern: await connect(url, { pin: '2026-07-28' }),
    rest: await connectRest(url, slug),
  };
  const answered: string[] = [];
  const failures: string[] = [];
  let slowest = 0;
  const over = new AbortController();
  const run = async (name: string, caller: Caller): Promise<void> => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const text = `${name}-${n}`;
      const startedAt = performance.now();
      try {
        await caller.call(text);
        answered.push(text);
        slowest = Math.max(slowest, performance.now() - startedAt);
      } catch (error) {
        failures.push(`${text}: ${String(error)}`);
      }
      await sleep(PAUSE_MILLIS);
    }
  };
  const running = Object.entries(callers).map(([name, caller]) => run(name, caller));
  return {
    answered,
    failures,
    slowest: () => {
      const was = slowest;
      slowest = 0;
      return was;
    },
    stop: async () => {
      over.abort();
      await Promise.all(running);
      await Promise.all(Object.values(callers).map((caller) => caller.close()));
    },
  };
}
