// The live tail: rows as they come, resumed without a gap or with one that is told.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway({ admin: { calls: 3, traces: 2 } });
});

afterAll(async () => {
  await rest.gateway.stop();
});

class Tail {
  readonly #stop: AbortController;
  readonly #events: StreamEvent[] = [];
  #text = '';
  readonly response: Response;

  private constructor(response: Response, stop: AbortController) {
    this.response = response;
    this.#stop = stop;
  }

  static async open(query: string, lastEventId?: string): Promise<Tail> {
    const stop = new AbortController();
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await fetch(`${rest.gateway.url}/v1/debug/stream${query}`, { headers, signal: stop.signal });
    return new Tail(response, stop);
  }

  /** Resolves with the first `count` events. */
  async take(count: number): Promise<readonly StreamEvent[]> {
    const reader = this.response.body!.pipeThrough(new TextDecoderStream()).getReader();
    while (this.#events.length < count) {
      const { value, done } = await reader.read();
      if (done) {
        break;
      }
      this.#text += value;
      const blocks = this.#text.split('\n\n');
      this.#text = blocks.pop()!;
      this.#events.push(...blocks.flatMap(toEvent));
    }
    return this.#events;
  }

  close(): void {
    this.#stop.abort();
  }
}

function toEvent(block: string): readonly StreamEvent[] {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  return data === undefined
    ? []
    : [{ id: field('id'), event: field('event'), data: JSON.parse(data) as StreamEvent['data'] }];
}

const say = (): Promise<unknown> => rest.post('/v1/call', { tool_slug: rest.toolbox('say') });

test('tells of each row as it is recorded, as the list shows it', async () => {
  const tail = await Tail.open('?kinds=calls,traces');
  expect(tail.response.headers.get('content-type')).toBe('text/event-stream');
  await say();
  const events = await tail.take(2);
  tail.close();
  expect(events.map(({ event }) => event)).toEqual(['calls', 'traces']);
  const { body } = await rest.get('/v1/debug/calls?limit=1');
  expect(events[0]!.data).toEqual((body['calls'] as readonly unknown[])[0]);
  expect(events[0]!.id).toBe(events[0]!.data['row_id']);
  expect(events[1]!.data).not.toHaveProperty('spans');
});

test('tells of rows that match the query alone', async () => {
  const tail = await Tail.open(`?kinds=calls&q=${encodeURIComponent('outcome=tool_error')}`);
  await say();
  await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error') });
  const [first] = await tail.take(1);
  tail.close();
  expect(first!.data).toMatchObject({ outcome: 'tool_error' });
});

test('goes on after the last event that was seen', async () => {
  await say();
  const { body } = await rest.get('/v1/debug/calls?limit=1');
  const [{ row_id: seen } = { row_id: '' }] = body['calls'] as readonly { readonly row_id: string }[];
  await say();
  const tail = await Tail.open('?kinds=calls', seen);
  const [next] = await tail.take(1);
  tail.close();
  expect(next).toMatchObject({ event: 'calls' });
  expect(next!.id! > seen).toBe(true);
});

test('says how many rows are gone where it can not go on without a gap', async () => {
  await say();
  const { body } = await rest.get('/v1/debug/calls?limit=1');
  const [{ row_id: seen } = { row_id: '' }] = body['calls'] as readonly { readonly row_id: string }[];
  for (let round = 0; round < 5; round += 1) {
    await say();
  }
  const tail = await Tail.open('?kinds=calls', seen);
  const events = await tail.take(4);
  tail.close();
  expect(events.map(({ event }) => event)).toEqual(['gap', 'calls', 'calls', 'calls']);
  expect(events[0]!.data).toEqual({ missed: 2 });
});

test('a Last-Event-ID that is none is refused', async () => {
  const { response } = await Tail.open('', 'yesterday');
  expect(response.status).toBe(400);
});

test('the 65th stream is refused, and one that ends makes room', async () => {
  const tails = await Promise.all(Array.from({ length: 64 }, () => Tail.open('')));
  expect(tails.every(({ response }) => response.status === 200)).toBe(true);
  const { response } = await Tail.open('');
  expect(response.status).toBe(503);
  tails.pop()!.close();
  await until(async () => {
    const again = await Tail.open('');
    again.close();
    return again.response.status === 200;
  });
  tails.forEach((tail) => tail.close());
});

test('failed traces are not pushed out by good ones', async () => {
  const { body } = await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error') });
  for (let round = 0; round < 5; round += 1) {
    await say();
  }
  const { status } = await rest.get(`/v1/debug/traces/${String(body['trace_id'])}`);
  expect(status).toBe(200);
});

test.each(['/v1/debug/stream', '/admin/api/stream'])('%s ends in order as soon as the gateway stops', async (path) => {
  const own = await startRestGateway();
  const response = await fetch(`${own.gateway.url}${path}`);
  const stopped = own.gateway.stop();
  const begin = performance.now();
  // One whose connection is cut has no text.
  expect(await response.text()).toContain(':');
  expect(performance.now() - begin).toBeLessThan(900);
  await stopped;
});
