import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { jobOpenApi } from './jobs/open-api-jobs.ts';
import { plainRoutes } from './open-api-plain-routes.ts';
import { openApiRoutes } from './open-api-routes.ts';

/** What the OpenAPI document says of the gateway itself. */
export interface OpenApiDocumentOptions {
  readonly version: string;
  /** Path of the scrape endpoint; absent where it has a port of its own. */
  readonly metricsPath?: string;
  /** Routes of other rooms. */
  readonly more?: readonly RouteConfig[];
}

/** The OpenAPI 3.1 document of every route, from the schemas that check the requests, for an API at the root of its host. */
export function toOpenApiDocument(options: OpenApiDocumentOptions): object {
  const app = new OpenAPIHono();
  for (const route of [...openApiRoutes, ...jobOpenApi, ...plainRoutes(options.metricsPath), ...(options.more ?? [])]) {
    app.openAPIRegistry.registerPath(route);
  }
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'DCC-MCP gateway',
      version: options.version,
      description: 'Many MCP servers behind one small, searchable surface: search, describe, load_skill, call.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
    security: [{}, { bearer: [] }],
  });
}
