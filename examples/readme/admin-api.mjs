import { createAdminRoutes } from '@dcc-mcp/admin-api';
import { MemoryCallStore } from '@dcc-mcp/call-store';
import { serveHttp } from '@dcc-mcp/http-adapter/node';

const routes = createAdminRoutes({
  sources: {
    store: new MemoryCallStore(),
    instances: () => ({ total: 0, returned: 0, instances: [] }),
    governance: () => ({ policy: { unrestricted: true, read_only: false } }),
    telemetry: () => ({ signals: {}, settings: [] }),
    health: () => ({ status: 'ok', uptime_secs: Math.round(process.uptime()) }),
    toolSlugs: () => [],
  },
});

// Put the guard of your own API before this.
const server = await serveHttp(
  async ({ path, query, headers }) => {
    const route = routes.find((each) => path === `/v1/debug/${each.path}`);
    return route === undefined
      ? { status: 404, headers: {} }
      : route.handler({ query, headers, params: {}, baseUrl: 'http://localhost' });
  },
  { host: '127.0.0.1' },
);

const answer = await fetch(`${server.url}/v1/debug/calls?q=outcome=timeout`);
console.log(answer.status, await answer.text());
await server.close();
