import type { FetchHandler } from './fetch-handler.ts';

function answer(request: Request, status: number, body: unknown): Response {
  return new Response(request.method === 'HEAD' ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

/** Liveness: 200 `{"status":"ok"}` as long as the process answers. Nothing about telemetry may change it. */
export function healthEndpoint(): FetchHandler {
  return async (request) => answer(request, 200, { status: 'ok' });
}

/** Whether work is taken, and details for whoever may see them. */
export interface Readiness {
  readonly ready: boolean;
  readonly [detail: string]: unknown;
}

/** Readiness: 200 when ready, else 503, with what `check` gives as the body. A check that throws means not ready. */
export function readinessEndpoint(check: () => Readiness | Promise<Readiness>): FetchHandler {
  return async (request) => {
    try {
      const readiness = await check();
      return answer(request, readiness.ready ? 200 : 503, readiness);
    } catch {
      return answer(request, 503, { ready: false });
    }
  };
}
