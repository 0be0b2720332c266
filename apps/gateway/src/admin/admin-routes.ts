// admin/: what happened and what is so, for people and agents that look: /v1/debug and the API of the page.
import { type AdminRoute, type AdminSources, createAdminRoutes, type RequestIds } from '@dcc-mcp/admin-api';
import { toErrorBody } from '@dcc-mcp/request-context';
import type { BaseUrlOf } from '../http/addresses/base-url.ts';
import { jsonReply } from '../http/reply.ts';
import type { Route, RouteHandler, RouteRequest, RouteTable } from '../http/route-table.ts';
import type { PageFiles } from './page-files.ts';
import { pageRoutes } from './page-routes.ts';

const DEBUG = '/v1/debug';

/** What {@link adminRoutes} takes. */
export interface AdminOptions {
  readonly sources: AdminSources;
  /** Path of the page, which its API stands below. */
  readonly adminPath: string;
  /** False with `--no-admin`: no page, and none of its API. `/v1/debug` is always there. */
  readonly admin: boolean;
  /** Absent where the gateway was built without it. */
  readonly page?: PageFiles | undefined;
  readonly baseUrlOf: BaseUrlOf;
  /** Ends the live streams: who reads one goes on where it is answered next. */
  readonly stopping: AbortSignal;
  /** False where no rows are kept: what would tell of them says so. */
  readonly hasHistory: boolean;
}

/** The page, and the same table of routes below `/v1/debug` and below the path of the page. */
export function adminRoutes(options: AdminOptions): RouteTable {
  const { sources, admin, adminPath, page, baseUrlOf, stopping, hasHistory } = options;
  const prefixes = [DEBUG, ...(admin ? [`${adminPath}/api`] : [])];
  const pagePath = pagePathOf(options);
  const routes = createAdminRoutes({ sources, stopping, ...(pagePath === undefined ? {} : { pagePath }) });
  const rows = Object.fromEntries(
    prefixes.flatMap((prefix) =>
      routes
        .filter(({ isDebugOnly }) => isDebugOnly !== true || prefix === DEBUG)
        .map(
          (route) =>
            [`GET ${prefix}/${route.path}`, toRoute(hasHistory ? route : withoutHistory(route), baseUrlOf)] as const,
        ),
    ),
  );
  return admin ? { ...rows, ...pageRoutes({ adminPath, page }) } : rows;
}

/** Where the page is, with a slash at its end; absent where there is none. */
export function pagePathOf({
  admin,
  adminPath,
  page,
}: Pick<AdminOptions, 'admin' | 'adminPath' | 'page'>): string | undefined {
  return admin && page !== undefined ? `${adminPath}/` : undefined;
}

function toRoute({ handler, isOpenEnded }: AdminRoute, baseUrlOf: BaseUrlOf): Route {
  const answer: RouteHandler = async ({ http, params, ctx }) => {
    const { query, headers } = http;
    const baseUrl = baseUrlOf(http);
    const reply = await handler({ query, params, headers, baseUrl, ids: idsOf(ctx) });
    return isOpenEnded === true ? { ...reply, isOpenEnded } : reply;
  };
  return {
    guard: 'api',
    needs: 'admin:read',
    // Rows of all hosts stand side by side, so that a credential for some of them sees none.
    handler: (request) => ((request.scope?.length ?? 0) > 0 ? outOfScope(idsOf(request.ctx)) : answer(request)),
  };
}

function idsOf(ctx: RouteRequest['ctx']): RequestIds | undefined {
  return ctx && { request_id: ctx.requestId, trace_id: ctx.traceId };
}

function outOfScope(ids: RequestIds | undefined): ReturnType<typeof jsonReply> {
  const message = 'This credential is for some DCC types only, and what is shown here is of all';
  const policy = { outcome: 'denied', reason: 'dcc-scope', operation: 'admin', message };
  return jsonReply({ error: toErrorBody({ kind: 'policy-denied', message, policy }), ...ids }, 403);
}

function withoutHistory(route: AdminRoute): AdminRoute {
  return route.tellsOfRows ? { ...route, handler: async ({ ids }) => historyDisabled(ids) } : route;
}

function historyDisabled(ids: RequestIds | undefined): ReturnType<typeof jsonReply> {
  const message = 'No history is kept: admin.history is false';
  const advice = 'Ask the operator to set admin.history to true.';
  const error = { kind: 'history-disabled', message, retryable: false, recommended_next_action: advice };
  return jsonReply({ error, ...ids }, 503);
}
