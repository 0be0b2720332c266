import type { HttpContext } from '@dcc-mcp/http-adapter';
import type { RequestMetrics } from '@dcc-mcp/http-adapter/request-metrics';
import {
  errorEnvelope,
  factsOfKind,
  readRequestContext,
  type RequestContextSettings,
  responseHeaders,
} from '@dcc-mcp/request-context';
import type { ErrorKind, Outcome } from '@dcc-mcp/semantic-conventions';
import type { WorkflowSpans } from '@dcc-mcp/workflow-spans';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';
import type { Authenticate } from './authentication.ts';
import { measureReply, requestStart } from './measured-request.ts';
import type { OriginGuard } from './origin-guard.ts';
import { jsonReply, type Reply, withHeader } from './reply.ts';

/** What a route handler gets. */
export interface RouteRequest {
  readonly http: HttpContext;
  readonly authSubject: string | undefined;
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** Answers a request that its route's guard has let in. */
export type RouteHandler = (route: RouteRequest) => Reply | Promise<Reply>;

/** Who may use a route. `open`: everyone. `api`: whoever the gateway's own authentication lets in. `own`: the handler guards itself. */
export type RouteGuard = 'open' | 'api' | 'own';

/** One row of a {@link RouteTable}. */
export interface Route {
  readonly guard: RouteGuard;
  readonly handler: RouteHandler;
  /** New work: refused while the gateway drains. */
  readonly isWork?: boolean;
}

/** A method and a path template: `POST /v1/call`. */
export type RouteTable = Readonly<Record<string, Route>>;

/** What an {@link App} is made of. */
export interface AppOptions {
  readonly routes: RouteTable;
  readonly originGuard: OriginGuard;
  /** Absent: everyone is let in. */
  readonly authenticate: Authenticate | undefined;
  readonly contextSettings: RequestContextSettings;
  readonly requestMetrics: RequestMetrics | undefined;
  readonly isDraining: () => boolean;
  /** Makes the spans of plain routes. Absent: they have none. */
  readonly routeSpans?: WorkflowSpans | undefined;
  /** Told of whatever a handler threw. */
  readonly onDefect: (error: unknown) => void;
}

/** Answers one request; never rejects. */
export type App = (http: HttpContext) => Promise<Reply>;

interface Target {
  readonly template: string;
  readonly route: Route;
}

/** The HTTP side of the gateway: one route table, each route with its guard in sight. */
export function createApp(options: AppOptions): App {
  const router = new SmartRouter<Target>({ routers: [new RegExpRouter(), new TrieRouter()] });
  for (const [key, route] of Object.entries(options.routes)) {
    const [method = '', template = ''] = key.split(' ', 2);
    router.add(method, template, { template, route });
    if (method === 'GET' && isPlain(template, route)) {
      router.add('HEAD', template, { template, route });
    }
  }
  return async (http) => {
    const open = options.requestMetrics?.begin(requestStart(http));
    const found = findRoute(router, http);
    const known = found === undefined ? knownPath(router, http.path) : undefined;
    const reply = await answer(options, http, found, known);
    return open === undefined ? reply : measureReply(open, http, reply, (found ?? known)?.template);
  };
}

/** Neither work, which has spans of its own, nor a stream, whose life is no request, nor the scrape, which guards itself. */
function isPlain(template: string, { isWork, guard }: Route): boolean {
  return isWork !== true && guard !== 'own' && template !== '/mcp';
}

interface Found extends Target {
  readonly params: Readonly<Record<string, string>>;
}

function findRoute(router: SmartRouter<Target>, { method, path }: HttpContext): Found | undefined {
  const [handlers, stash] = router.match(method, path);
  const [entry] = handlers;
  if (entry === undefined) {
    return undefined;
  }
  const [target, given] = entry;
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const text = typeof value === 'number' ? stash?.[value] : value;
    params[name] = decode(text ?? '');
  }
  return { ...target, params };
}

async function answer(
  options: AppOptions,
  http: HttpContext,
  found: Found | undefined,
  known: KnownPath | undefined,
): Promise<Reply> {
  try {
    const problem = options.originGuard(http.headers);
    if (problem !== undefined) {
      return refusal(options, http, 'forbidden', problem);
    }
    return found === undefined ? notFound(options, http, known) : await runRoute(options, found, http);
  } catch (error) {
    options.onDefect(error);
    return refusal(options, http, 'internal', 'The gateway failed; report the request_id to its operator');
  }
}

async function runRoute(options: AppOptions, { template, route, params }: Found, http: HttpContext): Promise<Reply> {
  let authSubject: string | undefined;
  if (route.guard === 'api' && options.authenticate !== undefined) {
    const verdict = await options.authenticate(http.headers);
    if (!verdict.ok) {
      const refused = refusal(options, http, 'unauthorized', 'A valid bearer token is required');
      return withHeader(refused, 'www-authenticate', verdict.challenge);
    }
    authSubject = verdict.subject;
  }
  if (route.isWork === true && options.isDraining()) {
    return refusal(options, http, 'not-ready', 'The gateway is shutting down');
  }
  const request = { http, authSubject, params };
  return isPlain(template, route) ? runPlain(options, template, route, request) : route.handler(request);
}

/** An answer that says which request and which trace it belongs to, with a span where plain routes have one. */
async function runPlain(
  { contextSettings, routeSpans }: AppOptions,
  template: string,
  route: Route,
  request: RouteRequest,
): Promise<Reply> {
  const { method, headers, peerAddress } = request.http;
  const peer = peerAddress === undefined ? {} : { peerAddress };
  const ctx = readRequestContext({ transport: 'rest', headers, ...peer }, contextSettings);
  const span = routeSpans?.startRoute(ctx, { method, route: template });
  try {
    const reply = await route.handler(request);
    span?.end({ outcome: outcomeOfStatus(reply.status), httpStatus: reply.status });
    return { ...reply, headers: { ...responseHeaders(ctx), ...reply.headers } };
  } catch (error) {
    span?.end({ outcome: 'internal', httpStatus: 500 });
    throw error;
  }
}

function outcomeOfStatus(status: number): Outcome {
  if (status < 400) {
    return 'ok';
  }
  return status < 500 ? 'bad_request' : 'internal';
}

/** An answer in the error envelope, outside of any operation. */
function refusal(
  options: AppOptions,
  { headers }: HttpContext,
  kind: ErrorKind,
  message: string,
  status?: number,
): Reply {
  const ctx = readRequestContext({ transport: 'rest', headers }, options.contextSettings);
  return jsonReply(errorEnvelope({ kind, message }, ctx), status ?? factsOfKind(kind).httpStatus, responseHeaders(ctx));
}

/** A path that is there, asked with a method it does not answer. */
interface KnownPath {
  readonly template: string;
  readonly methods: readonly string[];
}

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];

function knownPath(router: SmartRouter<Target>, path: string): KnownPath | undefined {
  const targets = METHODS.flatMap((method) => {
    const template = router.match(method, path)[0][0]?.[0].template;
    return template === undefined ? [] : [{ method, template }];
  });
  const [first] = targets;
  return first && { template: first.template, methods: targets.map(({ method }) => method) };
}

function notFound(options: AppOptions, http: HttpContext, known: KnownPath | undefined): Reply {
  if (known === undefined) {
    return refusal(options, http, 'bad-request', 'There is nothing at this path; see /v1/openapi.json', 404);
  }
  const allowed = known.methods.join(', ');
  const refused = refusal(options, http, 'bad-request', `This path answers ${allowed} only`, 405);
  return withHeader(refused, 'allow', allowed);
}

/** A malformed escape stays as it is: then it names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
