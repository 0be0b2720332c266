import type { HttpContext } from '@dcc-mcp/http-adapter';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';
import type { Reply } from './reply.ts';

/** What a route handler gets. */
export interface RouteRequest {
  readonly http: HttpContext;
  readonly authSubject: string | undefined;
  /** Who is authenticated; absent where nothing guards the gateway. */
  readonly principal: string | undefined;
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

interface Target {
  readonly template: string;
  readonly route: Route;
}

/** The row that answers a request. */
export interface FoundRoute extends Target {
  readonly params: Readonly<Record<string, string>>;
}

/** A path that is there, asked with a method it does not answer. */
export interface KnownPath {
  readonly template: string;
  readonly methods: readonly string[];
}

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];

/** Neither work, which has spans of its own, nor a stream, whose life is no request, nor the scrape, which guards itself. */
export function isPlain({ template, route: { isWork, guard } }: Target): boolean {
  return isWork !== true && guard !== 'own' && template !== '/mcp';
}

/** Finds the row of a route table for a request; plain GET routes answer HEAD as well. */
export class Router {
  readonly #router = new SmartRouter<Target>({ routers: [new RegExpRouter(), new TrieRouter()] });

  constructor(routes: RouteTable) {
    for (const [key, route] of Object.entries(routes)) {
      const [method = '', template = ''] = key.split(' ', 2);
      const target = { template, route };
      this.#router.add(method, template, target);
      if (method === 'GET' && isPlain(target)) {
        this.#router.add('HEAD', template, target);
      }
    }
  }

  find({ method, path }: HttpContext): FoundRoute | undefined {
    const [handlers, stash] = this.#router.match(method, path);
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

  knownPath({ path }: HttpContext): KnownPath | undefined {
    const targets = METHODS.flatMap((method) => {
      const template = this.#router.match(method, path)[0][0]?.[0].template;
      return template === undefined ? [] : [{ method, template }];
    });
    const [first] = targets;
    return first && { template: first.template, methods: targets.map(({ method }) => method) };
  }
}

/** A malformed escape stays as it is: then it names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
