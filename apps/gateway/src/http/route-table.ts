import type { HttpContext } from '@dcc-mcp/http-adapter';
import type { RequestContext } from '@dcc-mcp/request-context';
import { nearest } from '@dcc-mcp/telemetry-config';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';
import type { HopUser } from '../upstream/oauth/oauth-settings.ts';
import type { Grants, Need } from './auth/scopes.ts';
import type { Reply } from './reply.ts';

/** What a route handler gets. */
export interface RouteRequest {
  readonly http: HttpContext;
  readonly authSubject: string | undefined;
  /** DCC types that the credential may use, in lower case; absent or empty: all. */
  readonly scope: readonly string[] | undefined;
  /** Who is authenticated; absent where nothing guards the gateway. */
  readonly principal: string | undefined;
  /** Who signed in with a token of an issuer; absent where nobody did. */
  readonly user?: HopUser | undefined;
  /** What the caller's token allows; absent: everything. */
  readonly grants?: Grants | undefined;
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Where it belongs; absent for work, which reads more of it. */
  readonly ctx?: RequestContext;
  /** What new work is answered while the gateway drains; absent before, and where the route takes nothing else. */
  readonly refuseNew?: (() => Reply) | undefined;
}

/** Answers a request that its route's guard has let in. */
export type RouteHandler = (route: RouteRequest) => Reply | Promise<Reply>;

/**
 * Who may use a route. `open`: everyone. `api`: whoever the gateway's own authentication lets in. `either`: everyone, and
 * the handler is told who it is where that is known. `own`: the handler guards itself.
 */
export type RouteGuard = 'open' | 'api' | 'either' | 'own';

/**
 * What a draining gateway takes no more. `work`: an operation, which waits until the gateway has opened. `messages`: likewise,
 * but some go on with what runs already, and the handler refuses the rest. `entries`: what waits for nothing, and would be
 * lost with this gateway.
 */
export type Taken = 'work' | 'messages' | 'entries';

/** One row of a {@link RouteTable}. */
export interface Route {
  readonly guard: RouteGuard;
  readonly handler: RouteHandler;
  /** Absent: it is answered at any time. */
  readonly takes?: Taken;
  /** It answers that it is turned off: nobody is led there. */
  readonly isOff?: boolean;
  /** What a token needs that has scopes; default: what `needOfRoute` says. */
  readonly needs?: Need;
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

/** Describes everything below `/v1`. */
const OPENAPI_PATH = '/v1/openapi.json';

/** Characters of an unknown path that are compared with those that are there. */
const MAX_COMPARED = 100;

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'];

/** Whether it begins operations, which have spans of their own. */
export function isWork({ takes }: Route): boolean {
  return takes === 'work' || takes === 'messages';
}

/** Work, or what else there is of a session, whose life is no request. */
export function carriesMessages({ template, route }: Target): boolean {
  return isWork(route) || template === '/mcp';
}

/** Neither that nor the scrape, which guards itself. */
export function isPlain(target: Target): boolean {
  return !carriesMessages(target) && target.route.guard !== 'own';
}

/** Finds the row of a route table for a request; plain GET routes answer HEAD as well. */
export class Router {
  readonly #router = new SmartRouter<Target>({ routers: [new RegExpRouter(), new TrieRouter()] });

  readonly #templates: readonly string[];

  /** With the scrape endpoint, where metrics are served. */
  readonly #allTemplates: readonly string[];

  /** What answers paths without parameters, by path and method. */
  readonly #exact = new Map<string, Map<string, FoundRoute>>();

  constructor(routes: RouteTable) {
    const keys = Object.keys(routes);
    this.#templates = templatesOf(keys.filter((key) => routes[key]?.guard !== 'own'));
    this.#allTemplates = templatesOf(keys.filter((key) => routes[key]?.isOff !== true));
    for (const [key, route] of Object.entries(routes)) {
      const [method = '', template = ''] = key.split(' ', 2);
      const target = { template, route };
      this.#router.add(method, template, target);
      if (method === 'GET' && isPlain(target)) {
        this.#router.add('HEAD', template, target);
      }
    }
    keys.forEach((key) => this.#remember(key.slice(key.indexOf(' ') + 1)));
  }

  #remember(template: string): void {
    if (!/[:*{]/.test(template)) {
      const found = METHODS.flatMap((method) => {
        const route = this.#search(method, template);
        return route === undefined ? [] : [[method, route] as const];
      });
      this.#exact.set(template, new Map(found));
    }
  }

  /** A path that ends with a slash is the one without, where it is none of its own. */
  find({ method, path }: HttpContext): FoundRoute | undefined {
    return this.#exact.get(path)?.get(method) ?? this.#search(method, path);
  }

  #search(method: string, path: string): FoundRoute | undefined {
    const [handlers, stash] = this.#match(method, path);
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

  #match(method: string, path: string): ReturnType<SmartRouter<Target>['match']> {
    const matched = this.#router.match(method, path);
    return matched[0].length === 0 && path.length > 1 && path.endsWith('/')
      ? this.#router.match(method, path.slice(0, -1))
      : matched;
  }

  /**
   * What to ask instead of a path that is not there. Whether there is a scrape endpoint changes nothing below the paths of
   * other endpoints, as telemetry changes no answer but its own.
   */
  advice(path: string): string {
    const isOutside = !this.#templates.some((template) => firstPart(template) === firstPart(path));
    const templates = isOutside ? this.#allTemplates : this.#templates;
    const meant = nearest(path.slice(0, MAX_COMPARED), templates);
    const places = templates.filter((template) => !template.slice(1).includes('/'));
    const all = `there are ${places.join(', ')}`;
    const rest = this.#templates.includes(OPENAPI_PATH) ? `, and what ${OPENAPI_PATH} describes` : '';
    return meant === undefined ? all + rest : `did you mean ${meant}? ${all}${rest}`;
  }

  knownPath({ path }: HttpContext): KnownPath | undefined {
    const targets = METHODS.flatMap((method) => {
      const target = this.#match(method, path)[0][0]?.[0];
      return target === undefined || !answers(target, method) ? [] : [{ method, template: target.template }];
    });
    const [first] = targets;
    return first && { template: first.template, methods: targets.map(({ method }) => method) };
  }
}

function templatesOf(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.map((key) => key.slice(key.indexOf(' ') + 1)))];
}

function firstPart(path: string): string {
  return path.split('/', 2).join('/');
}

/** The scrape endpoint takes every method, to refuse most of them behind its own guard. */
function answers({ route }: Target, method: string): boolean {
  return route.guard !== 'own' || method === 'GET' || method === 'HEAD';
}

/** A malformed escape stays as it is: then it names nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
