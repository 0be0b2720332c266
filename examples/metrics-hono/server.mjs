// A Hono app with /metrics behind Basic authentication and request metrics by route template.
import { serve } from '@dcc-mcp/http-adapter/node';
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import { createMetrics } from './metrics.mjs';

export async function start({ port, password }) {
  const metrics = createMetrics(password);
  const routes = new WeakMap();
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    const route = routePath(context, -1);
    if (route !== '/*') {
      routes.set(context.req.raw, route);
    }
  });
  app.all('/metrics', (context) => metrics.endpoint(context.req.raw, {}));
  app.get('/hello/:name', (context) => context.text(`hello ${context.req.param('name')}`));
  app.get('/events', () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: first\n\n')),
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  });
  const measured = metrics.requests.middleware({ getRoute: (request) => routes.get(request) });
  const server = await serve(
    measured(async (request) => app.fetch(request)),
    { port },
  );
  return {
    url: server.url,
    async close() {
      await server.close({ graceMillis: 0 });
      await metrics.shutdown();
    },
  };
}

if (import.meta.main) {
  const { url } = await start({ port: 8080, password: process.env.METRICS_PASSWORD ?? 'change-me' });
  console.log(`${url}/hello/world, ${url}/metrics (user scraper)`);
}
