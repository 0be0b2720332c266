import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import type { Route } from '@dcc-mcp/workflow-spans';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';

const MAX_SLUG_BYTES = 256;

const routes = new WeakMap<ToolRecord, Route>();

/** What a span says of a tool that is there: the same each time. */
export function routeOf(record: ToolRecord): Route {
  let route = routes.get(record);
  if (route === undefined) {
    route = toRoute(record);
    routes.set(record, route);
  }
  return route;
}

function toRoute({ dccType, instanceId, slug, backendTool, skillName }: ToolRecord): Route {
  const route = { dccType, instanceId, toolSlug: slug, toolName: backendTool };
  return Object.freeze(skillName === undefined ? route : { ...route, skillName });
}

/** What a span says of a tool that is not there: the slug, where it has the form of one. */
export function namedRoute(catalog: Catalog, slug: string): Route {
  return catalog.parseSlug(slug) === undefined ? {} : { toolSlug: sanitizeText(slug, MAX_SLUG_BYTES) };
}
