// A Fastify 5 app with /metrics behind Basic authentication and request metrics by route template.
import { measureNodeRequests, toNodeHandler } from '@dcc-mcp/http-adapter/node';
import fastify from 'fastify';
import { createMetrics } from './metrics.mjs';

export async function start({ port, password }) {
  const metrics = createMetrics(password);
  const app = fastify();
  app.addHook('onRequest', (request, reply, done) => {
    const getRoute = () => (request.is404 ? undefined : request.routeOptions.url);
    measureNodeRequests(metrics.requests, { getRoute })(request.raw, reply.raw, done);
  });
  const scrape = toNodeHandler(metrics.endpoint);
  app.all('/metrics', (request, reply) => {
    reply.hijack();
    return scrape(request.raw, reply.raw);
  });
  app.get('/hello/:name', (request, reply) => reply.send(`hello ${request.params.name}`));
  app.get('/events', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
  });
  const url = await app.listen({ port, host: '127.0.0.1' });
  return {
    url,
    async close() {
      app.server.closeAllConnections();
      await app.close();
      await metrics.shutdown();
    },
  };
}

if (import.meta.main) {
  const { url } = await start({ port: 8080, password: process.env.METRICS_PASSWORD ?? 'change-me' });
  console.log(`${url}/hello/world, ${url}/metrics (user scraper)`);
}
