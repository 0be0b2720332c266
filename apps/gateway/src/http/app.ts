// http/: listeners, route table and guards, replies, health and the scrape endpoint.
import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
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
import { McpError } from '../protocol/mcp-protocol.ts';
import { toPrintableLine } from '../protocol/printable-text.ts';
import type { OriginGuard } from './addresses/origin-guard.ts';
import { Entrance, type EntranceOptions, type Entry, type NoEntry } from './auth/entrance.ts';
import { isPreflight, optionsReply, preflightReply, withCors } from './cors.ts';
import { measureReply, requestStart } from './measured-request.ts';
import type { Opening } from './opening.ts';
import { jsonReply, type Reply, withHeader } from './reply.ts';
import {
  carriesMessages,
  type FoundRoute,
  isPlain,
  isWork,
  type KnownPath,
  Router,
  type RouteRequest,
  type RouteTable,
} from './route-table.ts';

/** One request that is looked at: as its handler is to have it, and what makes of its answer the one that is written. */
export interface TappedRequest {
  readonly http: HttpContext;
  answered(reply: Reply): Reply;
}

/** Looks at what a client sends and gets on a route. */
export type HttpTap = (
  http: HttpContext,
  about: { readonly route: string; readonly isAuthenticated: boolean },
) => TappedRequest;

/** What an {@link App} is made of. */
export interface AppOptions extends EntranceOptions {
  readonly routes: RouteTable;
  readonly originGuard: OriginGuard;
  readonly contextSettings: RequestContextSettings;
  readonly requestMetrics: RequestMetrics | undefined;
  readonly isDraining: () => boolean;
  /** What work waits for before it begins. */
  readonly opening: Pick<Opening, 'wait'>;
  /** Makes the spans of plain routes. Absent: they have none. */
  readonly routeSpans?: WorkflowSpans | undefined;
  /** Is told of what clients send and get; absent where nobody looks at the wire. */
  readonly tap?: HttpTap | undefined;
  /** Told of whatever a handler threw. */
  readonly onError: (error: unknown) => void;
}

/** Answers one request; never rejects. */
export type App = (http: HttpContext) => Promise<Reply>;

/** The HTTP side of the gateway: one route table, each route with its guard in sight. */
export function createApp(options: AppOptions): App {
  const routes = new Routes(options);
  return (http) => routes.answer(http);
}

/** At once, where nothing has to be waited for. */
type Answer = Reply | Promise<Reply>;

interface Refusal {
  readonly kind: ErrorKind;
  readonly message: string;
  /** What to do next, one sentence; absent: what belongs to the kind. */
  readonly advice?: string;
  /** Absent: the one that belongs to the kind. */
  readonly status?: number;
}

class Routes {
  readonly #options: AppOptions;
  readonly #router: Router;
  readonly #entrance: Entrance;

  constructor(options: AppOptions) {
    this.#options = options;
    this.#entrance = new Entrance(options);
    this.#router = new Router(options.routes);
  }

  async answer(http: HttpContext): Promise<Reply> {
    const { requestMetrics, originGuard } = this.#options;
    const open = requestMetrics?.begin(requestStart(http));
    // The scrape endpoint takes every method; a browser's preflight has no credentials for it.
    const found = isPreflight(http) ? undefined : this.#router.find(http);
    const known = found === undefined ? this.#router.knownPath(http) : undefined;
    const refused = originGuard(http);
    let reply: Reply;
    if (refused === undefined) {
      try {
        reply = await (found === undefined ? this.#notFound(http, known) : this.#run(found, http));
      } catch (error) {
        reply = this.#failed(http, error);
      }
      const origin = headerText(http.headers, 'origin');
      reply = origin === undefined ? reply : withCors(reply, origin);
    } else {
      reply = this.#refuse(http, { kind: 'forbidden', ...refused });
    }
    return open === undefined ? reply : measureReply(reply, { open, http, route: (found ?? known)?.template });
  }

  #failed(http: HttpContext, error: unknown): Reply {
    if (error instanceof McpError && error.httpStatus === 503) {
      // What is kept with others can't be read now: for a little while.
      const reply = this.#refuse(http, { kind: 'not-ready', message: error.message });
      return withHeader(reply, 'retry-after', String(error.retryAfterSeconds ?? 1));
    }
    this.#options.onError(error);
    const message = 'The gateway failed; report the request_id to its operator';
    return this.#refuse(http, { kind: 'internal', message });
  }

  /** Waits for nothing that is there already: most requests are answered by no more than their handler. */
  #run(found: FoundRoute, http: HttpContext): Answer {
    const entry = this.#entrance.enter(found, http);
    return entry instanceof Promise
      ? entry.then((checked) => this.#begin(found, http, checked))
      : this.#begin(found, http, entry);
  }

  #begin(found: FoundRoute, http: HttpContext, entry: Entry | NoEntry): Answer {
    if ('refused' in entry) {
      const [name, value] = entry.header;
      return withHeader(this.#refuse(http, entry.refused), name, value);
    }
    const { takes } = found.route;
    const { isDraining, opening } = this.#options;
    if (takes !== undefined && isDraining()) {
      const refuseNew = (): Reply => this.#refuseNew(http);
      return takes === 'messages' ? this.#handle(found, http, { ...entry, refuseNew }) : refuseNew();
    }
    const wait = isWork(found.route) ? opening.wait : undefined;
    return wait === undefined ? this.#handle(found, http, entry) : wait.then(() => this.#handle(found, http, entry));
  }

  /** To whoever comes while the gateway drains: the one that is started after it may be there soon. */
  #refuseNew(http: HttpContext): Reply {
    const message = 'The gateway is shutting down';
    const refusal = this.#refuse(http, { kind: 'not-ready', message, advice: AFTER_RESTART });
    return withHeader(refusal, 'retry-after', RESTART_SECONDS);
  }

  #handle(found: FoundRoute, http: HttpContext, entry: Entry & Pick<RouteRequest, 'refuseNew'>): Answer {
    const { route, params } = found;
    const request = { http, params, ...entry };
    if (isPlain(found)) {
      return this.#runPlain(found, request);
    }
    const { tap } = this.#options;
    return tap === undefined || !carriesMessages(found) ? route.handler(request) : runTapped(tap, found, request);
  }

  /** An answer that says which request and which trace it belongs to, with a span where plain routes have one. */
  async #runPlain({ template, route }: FoundRoute, request: RouteRequest): Promise<Reply> {
    const { contextSettings, routeSpans } = this.#options;
    const { method, headers, peerAddress } = request.http;
    const peer = peerAddress === undefined ? {} : { peerAddress };
    const ctx = readRequestContext({ transport: 'rest', headers, ...peer }, contextSettings);
    const span = routeSpans?.startRoute(ctx, { method, route: template });
    try {
      const reply = await route.handler({ ...request, ctx });
      span?.end({ outcome: outcomeOfStatus(reply.status), httpStatus: reply.status });
      return { ...reply, headers: { ...responseHeaders(ctx), ...reply.headers } };
    } catch (error) {
      span?.end({ outcome: 'internal', httpStatus: 500 });
      throw error;
    }
  }

  #notFound(http: HttpContext, known: KnownPath | undefined): Reply {
    if (known !== undefined && http.method === 'OPTIONS') {
      return isPreflight(http) ? preflightReply(http, known.methods) : optionsReply(known.methods);
    }
    if (known === undefined) {
      const message = `There is nothing at ${shownPath(http.path)}; ${this.#router.advice(http.path)}`;
      return this.#refuse(http, { kind: 'bad-request', message, advice: ASK_ELSEWHERE, status: 404 });
    }
    const allowed = known.methods.join(', ');
    const message = `${shownPath(http.path)} answers ${allowed} only`;
    const advice = `Send the request with the method ${allowed}.`;
    return withHeader(this.#refuse(http, { kind: 'bad-request', message, advice, status: 405 }), 'allow', allowed);
  }

  /** An answer in the error envelope, outside of any operation. */
  #refuse({ headers }: HttpContext, { kind, message, advice, status = factsOfKind(kind).httpStatus }: Refusal): Reply {
    const ctx = readRequestContext({ transport: 'rest', headers }, this.#options.contextSettings);
    return jsonReply(errorEnvelope({ kind, message, ...advised(advice) }, ctx), status, responseHeaders(ctx));
  }
}

async function runTapped(tap: HttpTap, { template, route }: FoundRoute, request: RouteRequest): Promise<Reply> {
  const seen = tap(request.http, { route: template, isAuthenticated: request.principal !== undefined });
  return seen.answered(await route.handler({ ...request, http: seen.http }));
}

const AFTER_RESTART = 'Send the request again once the gateway has started anew.';
/** Nobody can say how long that takes; more often than this it need not be asked. */
const RESTART_SECONDS = '1';
const ASK_ELSEWHERE = 'Ask one of the paths that the message names.';

function advised(advice: string | undefined): { readonly recommendedNextAction?: string } {
  return advice === undefined ? {} : { recommendedNextAction: advice };
}

/** Characters of a path that are repeated to its sender. */
const MAX_SHOWN_PATH = 200;

function shownPath(path: string): string {
  return toPrintableLine(path, MAX_SHOWN_PATH);
}

function outcomeOfStatus(status: number): Outcome {
  if (status < 400) {
    return 'ok';
  }
  return status < 500 ? 'bad_request' : 'internal';
}
