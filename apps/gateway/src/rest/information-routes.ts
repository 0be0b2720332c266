import type { Catalog } from '../catalog/catalog.ts';
import { jsonReply } from '../http/reply.ts';
import type { RouteTable } from '../http/route-table.ts';
import { instanceRow } from '../registry/instance-row.ts';
import type { Upstreams } from '../registry/upstreams.ts';
import { renderDocsPage } from './docs-page.ts';
import { toOpenApiDocument } from './open-api-document.ts';

export interface InformationOptions {
  readonly upstreams: Upstreams;
  readonly catalog: Catalog;
  readonly version: string;
  readonly publicUrl: string | undefined;
}

/** What the gateway tells of itself: instances, skills, its own size, its API. */
export function informationRoutes(options: InformationOptions): RouteTable {
  const { upstreams, catalog, version, publicUrl } = options;
  // Built on first use: most processes never show it.
  let document: object | undefined;
  const openApi = (): object =>
    (document ??= toOpenApiDocument({ version, ...(publicUrl === undefined ? {} : { serverUrl: publicUrl }) }));
  return {
    'GET /v1/instances': { guard: 'api', handler: () => jsonReply(instances(upstreams)) },
    'GET /v1/skills': { guard: 'api', handler: () => jsonReply(skills(catalog)) },
    'GET /v1/context': {
      guard: 'api',
      handler: () =>
        jsonReply({
          version,
          live_instance_count: upstreams.all().filter(({ status }) => status.readiness === 'ready').length,
          action_count: catalog.size,
          loaded_skill_count: catalog.skills().filter((skill) => skill.isLoaded).length,
          index_generation: catalog.generation,
        }),
    },
    'GET /v1/openapi.json': { guard: 'open', handler: () => jsonReply(openApi()) },
    'GET /docs': {
      guard: 'open',
      handler: () => {
        const { html, contentSecurityPolicy } = renderDocsPage(openApi());
        const headers = {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': contentSecurityPolicy,
        };
        return { status: 200, headers, body: html };
      },
    },
  };
}

function instances(upstreams: Upstreams): object {
  const rows = upstreams.all().map(instanceRow);
  const bySource: Record<string, number> = {};
  for (const { settings } of upstreams.all()) {
    bySource[settings.source] = (bySource[settings.source] ?? 0) + 1;
  }
  return { total: rows.length, by_source: bySource, instances: rows };
}

function skills(catalog: Catalog): object {
  const rows = catalog.skills().map((skill) => ({
    skill_name: skill.name,
    kind: skill.kind,
    dcc_type: skill.dccType,
    instance_id: skill.instanceId,
    summary: skill.summary,
    loaded: skill.isLoaded,
    tool_slugs: skill.toolSlugs,
  }));
  return { total: rows.length, skills: rows };
}
