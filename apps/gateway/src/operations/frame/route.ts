import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import type { Route } from '@dcc-mcp/workflow-spans';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';

const MAX_SLUG_BYTES = 256;

/** What a span says of a tool that is there. */
export function routeOf({ dccType, instanceId, slug, backendTool, skillName }: ToolRecord): Route {
  return {
    dccType,
    instanceId,
    toolSlug: slug,
    toolName: backendTool,
    ...(skillName === undefined ? {} : { skillName }),
  };
}

/** What a span says of a tool that is not there: the slug, where it has the form of one. */
export function namedRoute(catalog: Catalog, slug: string): Route {
  return catalog.parseSlug(slug) === undefined ? {} : { toolSlug: sanitizeText(slug, MAX_SLUG_BYTES) };
}
