// An Express 5 app with /metrics behind Basic authentication and request metrics by route template.
import { measureNodeRequests, toNodeHandler } from '@dcc-mcp/http-adapter/node';
import express from 'express';
import { once } from 'node:events';
import { createMetrics } from './metrics.mjs';

export async function start({ port, password }) {
  const metrics = createMetrics(password);
  const app = express();
  app.use(measureNodeRequests(metrics.requests, { getRoute: ({ route, baseUrl }) => route && baseUrl + route.path }));
  app.all('/metrics', toNodeHandler(metrics.endpoint));
  app.get('/hello/:name', (request, response) => {
    response.send(`hello ${request.params.name}`);
  });
  app.get('/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
  });
  const server = app.listen(port, '127.0.0.1');
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
