import type { HttpContext } from '@dcc-mcp/http-adapter';
import type { RouteConfig } from '@hono/zod-openapi';
import type { SkillRecord } from '../catalog/skill-record.ts';
import type { BaseUrlOf } from '../http/addresses/base-url.ts';
import { whyNotKnown } from '../http/query-parameters.ts';
import { errorReply, jsonReply } from '../http/reply.ts';
import type { Route, RouteRequest, RouteTable } from '../http/route-table.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import { Permissions } from '../operations/frame/permissions.ts';
import { instanceRow, shownSource } from '../registry/table/instance-row.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { renderDocsPage } from './docs-page.ts';
import { renderHomePage } from './home-page.ts';
import { toOpenApiDocument } from './open-api-document.ts';
import { type Page, pageReply } from './page.ts';

export interface InformationOptions {
  readonly core: Pick<OperationCore, 'upstreams' | 'catalog' | 'governance' | 'contextSettings'>;
  readonly version: string;
  readonly publicUrl: string | undefined;
  readonly baseUrlOf: BaseUrlOf;
  /** Whether callers need a token. */
  readonly needsToken: boolean;
  /** Path of the scrape endpoint, whether it is on or off; absent where it has a port of its own. */
  readonly metricsPath: string | undefined;
  /** Path of the admin page; absent where there is none. */
  readonly pagePath: string | undefined;
  /** Routes of other rooms, for the OpenAPI document. */
  readonly described: () => readonly RouteConfig[];
}

/** What the gateway tells of itself: instances, skills, its own size, its API; to each caller what it may see. */
export function informationRoutes(options: InformationOptions): RouteTable {
  const { core, version, publicUrl, baseUrlOf, metricsPath } = options;
  const told = ({ scope }: RouteRequest): Told => new Told(core, scope);
  // Built on first use: most processes never show it.
  let document: object | undefined;
  const openApi = ({ http }: RouteRequest): object => {
    document ??= toOpenApiDocument({
      version,
      ...(metricsPath === undefined ? {} : { metricsPath }),
      more: options.described(),
    });
    // Whoever has read it from us knows the host.
    const url = publicUrl ?? new URL(baseUrlOf(http)).pathname;
    return { ...document, servers: [{ url }] };
  };
  return {
    'GET /v1/instances': whole((route) => told(route).instances()),
    'GET /v1/skills': whole((route) => told(route).skills()),
    'GET /v1/context': whole((route) => ({ version, ...told(route).counts() })),
    'GET /v1/openapi.json': { guard: 'open', handler: (route) => jsonReply(openApi(route)) },
    'GET /docs': { guard: 'open', handler: (route) => pageReply(renderDocsPage(openApi(route))) },
    'GET /': {
      guard: 'api',
      handler: (route) => pageReply(homePage(options, told(route).upstreams(), route.http)),
    },
  };
}

/** A route that tells all: who asks for less would take all for it. */
function whole(tell: (route: RouteRequest) => object): Route {
  return {
    guard: 'api',
    handler: (route) => {
      const message = whyNotKnown(route.http.query, []);
      return message === undefined ? jsonReply(tell(route)) : errorReply({ kind: 'bad-request', message }, 400, route);
    },
  };
}

const OWN_LINKS = [
  ['/docs', 'API reference'],
  ['/v1/instances', 'servers'],
  ['/v1/skills', 'skills'],
  ['/v1/debug/calls', 'recent calls'],
  ['/v1/debug/health', 'health'],
] as const;

function homePage(
  { baseUrlOf, version, needsToken, metricsPath, pagePath }: InformationOptions,
  upstreams: readonly Upstream[],
  http: HttpContext,
): Page {
  const links = [
    ...(pagePath === undefined ? [] : [[pagePath, 'admin page'] as const]),
    ...OWN_LINKS,
    ...(metricsPath === undefined ? [] : [[metricsPath, 'metrics'] as const]),
  ];
  return renderHomePage({ baseUrl: baseUrlOf(http), version, needsToken, upstreams, links });
}

/** What one caller is told. */
class Told {
  readonly #core: InformationOptions['core'];
  readonly #permissions: Permissions;

  constructor(core: InformationOptions['core'], scope: readonly string[] | undefined) {
    this.#core = core;
    this.#permissions = new Permissions(core, scope);
  }

  instances(): object {
    const upstreams = this.upstreams();
    const bySource: Record<string, number> = {};
    for (const { settings } of upstreams) {
      const source = shownSource(settings);
      bySource[source] = (bySource[source] ?? 0) + 1;
    }
    const instances = upstreams.map((upstream) => instanceRow(upstream, this.#core.upstreams.stateOf(upstream)));
    return { total: upstreams.length, by_source: bySource, instances };
  }

  skills(): object {
    const rows = this.#skills().map((skill) => ({
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

  counts(): object {
    return {
      live_instance_count: this.upstreams().filter(({ status }) => status.readiness === 'ready').length,
      action_count: this.#countTools(),
      loaded_skill_count: this.#skills().filter(({ isLoaded }) => isLoaded).length,
      index_generation: this.#core.catalog.generation,
    };
  }

  /** Those that the credential reaches; that an instance is there is no secret of policy. */
  upstreams(): readonly Upstream[] {
    const all = this.#core.upstreams.all();
    return all.filter(({ settings }) => this.#permissions.scope(settings.dccType).outcome === 'allowed');
  }

  #skills(): readonly SkillRecord[] {
    const { catalog } = this.#core;
    return catalog.skills().flatMap((skill) => this.#permissions.shown(skill, catalog) ?? []);
  }

  #countTools(): number {
    const { catalog } = this.#core;
    if (!this.#permissions.areRestricted) {
      return catalog.size;
    }
    return [...catalog.records()].filter((record) => !record.isStub && this.#permissions.shows(record)).length;
  }
}
