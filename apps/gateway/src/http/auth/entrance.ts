import type { HttpContext } from '@dcc-mcp/http-adapter';
import type { ErrorKind } from '@dcc-mcp/semantic-conventions';
import type { BaseUrlOf } from '../addresses/base-url.ts';
import type { FoundRoute, RouteRequest } from '../route-table.ts';
import { type Authentication, type AuthRefusal, REALM } from './authentication.ts';
import { metadataUrl } from './protected-resource.ts';
import { type Grants, missingScope, needOfRoute, type Scope, scopeRefusal } from './scopes.ts';

export interface EntranceOptions {
  /** Absent: everyone is let in. */
  readonly authentication: Authentication | undefined;
  readonly baseUrlOf: BaseUrlOf;
}

/** Who is behind a request. */
export type Entry = Pick<RouteRequest, 'authSubject' | 'principal' | 'scope' | 'user' | 'grants'>;

/** Why a request does not come in, with the header that says what would help. */
export interface NoEntry {
  readonly refused: { readonly kind: ErrorKind; readonly message: string; readonly advice: string };
  readonly header: readonly [name: string, value: string];
}

const NOBODY: Entry = { authSubject: undefined, principal: undefined, scope: undefined };

/** A dead issuer is asked again after as long. */
const KEYS_RETRY_SECONDS = '5';

/** Who comes in to a route, by its guard and by what the caller's token allows. */
export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /** Who comes in, or why nobody does; at once where nobody is asked for. */
  enter(found: FoundRoute, http: HttpContext): Entry | Promise<Entry | NoEntry> {
    const { authentication } = this.#options;
    const { guard } = found.route;
    return authentication === undefined || (guard !== 'api' && guard !== 'either')
      ? NOBODY
      : this.#check(authentication, found, http);
  }

  async #check(
    authentication: Authentication,
    { route, template }: FoundRoute,
    http: HttpContext,
  ): Promise<Entry | NoEntry> {
    const verdict = await authentication.check(http.headers);
    if (!verdict.ok) {
      return route.guard === 'api' ? this.#refuseStranger(http, verdict) : NOBODY;
    }
    const { subject: authSubject, principal, scope, scopes, user } = verdict;
    const grants = scopes && this.#grantsOf(scopes, http);
    const missing = missingScope(grants, route.needs ?? needOfRoute({ method: http.method, template }));
    if (missing !== undefined && grants !== undefined) {
      return route.guard === 'api' ? refuseScope(missing, grants) : NOBODY;
    }
    return { authSubject, principal, scope, user, grants };
  }

  #grantsOf(scopes: ReadonlySet<string>, http: HttpContext): Grants {
    return {
      allows: (scope) => scopes.has(scope),
      challenge: (scope) => `${this.#challenge(http)}, error="insufficient_scope", scope="${scope}"`,
    };
  }

  /** Names the place where a client learns who issues tokens, where anybody does (RFC 9728, section 5.1). */
  #challenge(http: HttpContext): string {
    const { authentication, baseUrlOf } = this.#options;
    const hasIssuer = authentication?.keys !== undefined;
    return `Bearer realm="${REALM}"${hasIssuer ? `, resource_metadata="${metadataUrl(http, baseUrlOf)}"` : ''}`;
  }

  #refuseStranger(http: HttpContext, { message, advice, error }: AuthRefusal): NoEntry {
    return error === undefined
      ? { refused: { kind: 'not-ready', message, advice }, header: ['retry-after', KEYS_RETRY_SECONDS] }
      : {
          refused: { kind: 'unauthorized', message, advice },
          header: ['www-authenticate', this.#challenge(http) + error],
        };
  }
}

function refuseScope(scope: Scope, grants: Grants): NoEntry {
  return {
    refused: { kind: 'forbidden', ...scopeRefusal(scope) },
    header: ['www-authenticate', grants.challenge(scope)],
  };
}
