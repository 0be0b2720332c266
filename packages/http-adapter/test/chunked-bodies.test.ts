// Bodies that come in chunks are measured, by whatever way a server of Node reads them.
import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { measureNodeRequests } from '../src/node/measure-requests.ts';
import { createRequestMetrics } from '../src/requests/request-metrics.ts';

let reading: ReturnType<typeof createReading>;
let server: Server;

beforeEach(() => {
  reading = createReading();
});
afterEach(async () => {
  server.close();
  await reading.provider.shutdown();
});

const READERS: Readonly<Record<string, (message: IncomingMessage) => Promise<unknown>>> = {
  'by its events': (message) => once(message.resume(), 'end'),
  'as a stream': (message) => text(message),
};

async function post(chunks: readonly string[]): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, method: 'POST', headers: { 'transfer-encoding': 'chunked' }, agent: false });
  const answered = once(sent, 'response');
  chunks.forEach((chunk) => sent.write(chunk));
  sent.end();
  const [answer] = (await answered) as [IncomingMessage];
  await text(answer);
}

test.each(['by its events', 'as a stream'])('a body that is read %s', async (way) => {
  const metrics = createRequestMetrics({ meter: reading.provider.getMeter('test') });
  const measure = measureNodeRequests(metrics, { getRoute: () => '/upload' });
  server = createServer((message, target) => {
    measure(message, target);
    void READERS[way]!(message).then(() => target.end('ok'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await post(['abc', 'é', 'defgh']);
  const lines = await reading.lines();
  expect(lines).toContain('http.request_size{handler=/upload} count 1 sum 10');
  expect(lines).toContain('http.response_size{handler=/upload} count 1 sum 2');
});
