// A client of the handshake era that lost its connection goes on behind the last event that it has.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type ServedWhole, serveWhole } from './bridge/whole-server.ts';

interface Event {
  readonly id: string | undefined;
  readonly message: Json | undefined;
}

let whole: ServedWhole;
let gateway: RunningGateway;

/** One event stream, read as far as it has come. */
class EventReader {
  readonly events: Event[] = [];
  readonly ended: Promise<void>;
  readonly #leave: AbortController;

  constructor(response: Response, leave: AbortController) {
    this.#leave = leave;
    this.ended = this.#read(response);
  }

  async #read(response: Response): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop()!;
        this.events.push(...blocks.filter((block) => /^(id|data):/m.test(block)).map(toEvent));
      }
    } catch {
      // it was left
    }
  }

  get messages(): readonly Json[] {
    return this.events.map(({ message }) => message).filter((message) => message !== undefined);
  }

  get lastId(): string {
    return this.events.findLast(({ id }) => id !== undefined)!.id!;
  }

  async until(condition: (messages: readonly Json[]) => boolean): Promise<void> {
    for (const end = Date.now() + 5_000; Date.now() < end && !condition(this.messages);) {
      await wait(5);
    }
    if (!condition(this.messages)) {
      throw new Error(`it never came: ${JSON.stringify(this.messages)}`);
    }
  }

  leave(): void {
    this.#leave.abort();
  }
}

function toEvent(block: string): Event {
  const data = /^data: (.+)$/m.exec(block)?.[1];
  return { id: /^id: (.+)$/m.exec(block)?.[1], message: data === undefined ? undefined : (JSON.parse(data) as Json) };
}

class RawSession {
  readonly #headers: Readonly<Record<string, string>>;

  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
  }

  static async open(capabilities: Json = {}, protocolVersion = '2025-11-25'): Promise<RawSession> {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'raw', version: '1.0.0' } };
    const types = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const response = await fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: types,
      body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
    });
    return new RawSession({ ...types, 'mcp-session-id': response.headers.get('mcp-session-id')! });
  }

  async post(message: Json): Promise<EventReader> {
    return this.#stream({ method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }

  call(name: string, args: Json, id = 1): Promise<EventReader> {
    const params = { name, arguments: args, _meta: { progressToken: 'p' } };
    return this.post({ id, method: 'tools/call', params });
  }

  get(lastEventId?: string): Promise<EventReader> {
    return this.#stream({ method: 'GET' }, lastEventId === undefined ? {} : { 'last-event-id': lastEventId });
  }

  async status(lastEventId: string): Promise<number> {
    const leave = new AbortController();
    const headers = { ...this.#headers, 'last-event-id': lastEventId };
    const { status } = await fetch(`${gateway.url}/mcp`, { headers, signal: leave.signal });
    leave.abort();
    return status;
  }

  async #stream(init: RequestInit, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const leave = new AbortController();
    const all = { ...this.#headers, ...headers };
    return new EventReader(await fetch(`${gateway.url}/mcp`, { ...init, headers: all, signal: leave.signal }), leave);
  }
}

const isProgress = (progress: number) => (messages: readonly Json[]) =>
  messages.some(({ params }) => (params as { readonly progress?: number } | undefined)?.progress === progress);
const progressOf = (messages: readonly Json[]): readonly unknown[] =>
  messages.filter(({ params }) => params !== undefined).map(({ params }) => (params as Json)['progress']);

/** Calls that have ended, whoever read the answer. */
async function callsDone(): Promise<number> {
  return ((await (await fetch(`${gateway.url}/v1/debug/calls?limit=1`)).json()) as { readonly total: number }).total;
}

async function notificationsSent(): Promise<number> {
  return valuesOf(await scrape(gateway.url), 'dcc_mcp_notifications_sent_total', ['channel'])['sse'] ?? 0;
}

beforeAll(async () => {
  whole = await serveWhole('handshake');
  gateway = await startGateway({
    config: { mcpServers: { whole: { url: whole.url, timeoutMs: 10_000 } } },
    enablePrometheus: true,
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway.stop();
  whole.close();
});

describe('the stream of an answer', () => {
  test('goes on behind the last event, with what was said meanwhile and the answer, and ends', async () => {
    const session = await RawSession.open();
    const first = await session.call('report', { count: 4, pauseMillis: 60 });
    await first.until(isProgress(1));
    first.leave();
    await wait(150);
    const second = await session.get(first.lastId);
    await second.ended;
    const seen = [...progressOf(first.messages), ...progressOf(second.messages)];
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(second.messages.at(-1)).toMatchObject({ id: 1, result: { content: [{ text: 'reported' }] } });
  });

  test('has each notification counted once, when it is first written', async () => {
    const session = await RawSession.open();
    const before = await notificationsSent();
    const first = await session.call('report', { count: 4, pauseMillis: 60 });
    await first.until(isProgress(1));
    first.leave();
    await wait(150);
    const second = await session.get(first.lastId);
    await second.ended;
    const again = await session.get(first.lastId);
    await again.ended;
    expect(progressOf(again.messages)).toEqual(progressOf(second.messages));
    expect((await notificationsSent()) - before).toBe(4);
  });

  test('can be taken up again after its answer was there', async () => {
    const session = await RawSession.open();
    const first = await session.call('report', { count: 2, pauseMillis: 20 });
    await first.ended;
    const [{ id }] = first.events as [Event];
    const again = await session.get(id);
    await again.ended;
    expect([progressOf(again.messages), again.messages.at(-1)]).toMatchObject([[2], { id: 1, result: {} }]);
  });

  test('brings the question that was asked meanwhile, and the answer to it reaches the server', async () => {
    const session = await RawSession.open({ elicitation: { form: {} } });
    const first = await session.call('ask', { whom: 'person', reports: true, thinkMillis: 200 });
    await first.until(isProgress(1));
    first.leave();
    await wait(300);
    const second = await session.get(first.lastId);
    await second.until((messages) => messages.some(({ method }) => method === 'elicitation/create'));
    const { id } = second.messages.find(({ method }) => method === 'elicitation/create') as { readonly id: string };
    await session.post({ id, result: { action: 'accept', content: { name: 'Ada' } } });
    await second.ended;
    expect(JSON.stringify(second.messages.at(-1))).toContain('Ada');
  });

  test('says that a large answer which nobody read is not kept', async () => {
    const session = await RawSession.open();
    const before = await callsDone();
    const first = await session.call('report', { count: 1, pauseMillis: 20, thenWaitMillis: 100, thenSay: 300_000 });
    await first.until(isProgress(1));
    first.leave();
    await until(async () => (await callsDone()) > before);
    const second = await session.get(first.lastId);
    await second.ended;
    expect(second.messages).toMatchObject([{ id: 1, error: { message: expect.stringContaining('too large') } }]);
  });

  test('is nothing to another session', async () => {
    const [session, other] = [await RawSession.open(), await RawSession.open()];
    const first = await session.call('report', { count: 1, pauseMillis: 20 });
    await first.ended;
    expect(await other.status(first.lastId)).toBe(400);
  });

  test('of which too many have ended since is gone, and says so', async () => {
    const session = await RawSession.open();
    const first = await session.call('report', { count: 1, pauseMillis: 0 });
    await first.ended;
    for (let id = 2; id < 40; id += 1) {
      await (
        await session.call('report', { count: 1, pauseMillis: 0 }, id)
      ).ended;
    }
    expect(await session.status(first.lastId)).toBe(400);
  });
});

describe('the stream beside all requests', () => {
  test('goes on behind the last event, with what was said meanwhile, once', async () => {
    const session = await RawSession.open();
    await (
      await session.post({ id: 1, method: 'resources/subscribe', params: { uri: 'whole://watched' } })
    ).ended;
    const change = async (what: string): Promise<void> => (await session.call('change', { what })).ended;
    const first = await session.get();
    await change('resource');
    await first.until((messages) => messages.length === 1);
    first.leave();
    await wait(50);
    await change('prompts');
    await wait(50);
    const second = await session.get(first.lastId);
    await second.until((messages) => messages.length >= 1);
    await change('resource');
    await second.until((messages) => messages.length === 2);
    expect(second.messages.map(({ method }) => method)).toEqual([
      'notifications/prompts/list_changed',
      'notifications/resources/updated',
    ]);
    second.leave();
  });

  test.each(['', 'x', 'get.', 'get.-1', 'post-1', '../get.1', 'get.99999999999999999999', 'é'])(
    'is a new one behind an event that is none of ours: %j',
    async (id) => {
      expect(await (await RawSession.open()).status(encodeURI(id))).toBe(200);
    },
  );

  test.each([
    ['get.7', 200],
    ['post-7.1', 400],
  ])('behind %s, which was never sent, answers %d', async (id, status) => {
    expect(await (await RawSession.open()).status(id)).toBe(status);
  });
});

test('the official client has its answer though its connection breaks', async () => {
  let cuts = 0;
  const cutting: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (cuts > 0 || init?.method !== 'POST' || !(init.body as string).includes('"report"')) {
      return response;
    }
    cuts += 1;
    const reader = response.body!.getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value } = await reader.read();
        controller.enqueue(value);
        await wait(20);
        await reader.cancel();
        controller.error(new Error('cut'));
      },
    });
    return new Response(body, { status: response.status, headers: response.headers });
  };
  const client = new Client({ name: 'cut', version: '1.0.0' });
  const reconnectionOptions = { initialReconnectionDelay: 20, maxReconnectionDelay: 100, reconnectionDelayGrowFactor: 1, maxRetries: 3 }; // prettier-ignore
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { fetch: cutting, reconnectionOptions }),
  );
  const call = { name: 'report', arguments: { count: 3, pauseMillis: 60 } };
  expect(await client.callTool(call, { onprogress: () => undefined })).toMatchObject({
    content: [{ text: 'reported' }],
  });
  expect(cuts).toBe(1);
  await client.close();
});

test('a stream of 2026-07-28 has no event ids', async () => {
  const params = { name: 'report', arguments: { count: 1, pauseMillis: 5 } };
  const { text } = await openModern(gateway.url).request('tools/call', params, { meta: { progressToken: 1 } });
  expect([text.includes('notifications/progress'), /^id:/m.test(text)]).toEqual([true, false]);
});
