// Plain node:http with /metrics behind Basic authentication and request metrics by route template.
import { measureNodeRequests, toNodeHandler } from '@dcc-mcp/http-adapter/node';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createMetrics } from './metrics.mjs';

export async function start({ port, password }) {
  const metrics = createMetrics(password);
  const routes = [
    { route: '/metrics', pattern: /^\/metrics$/, answer: toNodeHandler(metrics.endpoint) },
    {
      route: '/hello/{name}',
      pattern: /^\/hello\/([^/]+)$/,
      answer: (request, response) => response.end(`hello ${request.url.slice('/hello/'.length)}`),
    },
    {
      route: '/events',
      pattern: /^\/events$/,
      answer: (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n'),
    },
  ];
  const find = ({ url }) => routes.find(({ pattern }) => pattern.test(url.split('?', 1)[0]));
  const measure = measureNodeRequests(metrics.requests, { getRoute: (request) => find(request)?.route });
  const server = createServer((request, response) => {
    measure(request, response);
    const match = find(request);
    if (match) {
      match.answer(request, response);
    } else {
      response.writeHead(404).end();
    }
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.close().closeAllConnections();
      await metrics.shutdown();
    },
  };
}

if (import.meta.main) {
  const { url } = await start({ port: 8080, password: process.env.METRICS_PASSWORD ?? 'change-me' });
  console.log(`${url}/hello/world, ${url}/metrics (user scraper)`);
}
