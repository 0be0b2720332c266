import type { HttpContext } from '@dcc-mcp/http-adapter';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { BaseUrlOf } from '../addresses/base-url.ts';
import { errorReply, jsonReply } from '../reply.ts';
import type { Route, RouteTable } from '../route-table.ts';
import { SCOPES } from './scopes.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** A quarter of an hour: who may issue tokens changes rarely. */
const MAX_AGE = 'max-age=900';

const NO_ISSUER = {
  kind: 'bad-request',
  message: 'This gateway takes no tokens of an authorization server',
  recommendedNextAction: 'Connect without them; where it asks for a token, ask its operator for one.',
} as const;

/** Where a client that has no token, or the wrong one, learns who issues them. */
export function metadataUrl(http: HttpContext, baseUrlOf: BaseUrlOf): string {
  const suffix = http.path.startsWith('/mcp') ? '/mcp' : '';
  return `${baseUrlOf(http)}${WELL_KNOWN}${suffix}`;
}

/**
 * Says of the gateway as a resource of OAuth who issues its tokens and which scopes they may have (RFC 9728). Where no
 * tokens are issued for it there is nothing to say.
 */
export function protectedResourceRoutes({ auth, server }: GatewayConfig, baseUrlOf: BaseUrlOf): RouteTable {
  const { publicUrl, name = 'DCC-MCP gateway' } = server;
  const describe = (suffix: string): Route => ({
    guard: 'open',
    handler: (route) => {
      if (auth.jwksUrl === undefined) {
        return errorReply(NO_ISSUER, 404, route);
      }
      const metadata = {
        resource: `${baseUrlOf(route.http)}${suffix}`,
        ...(isUrl(auth.issuer) ? { authorization_servers: [auth.issuer] } : {}),
        scopes_supported: SCOPES,
        bearer_methods_supported: ['header'],
        resource_name: name,
      };
      return jsonReply(metadata, 200, { 'cache-control': MAX_AGE });
    },
  });
  // The path of a public URL stands behind the well-known one where a proxy hands the whole path on (RFC 9728, 3.1).
  const behind = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  const paths = new Map([
    [WELL_KNOWN, ''],
    [`${WELL_KNOWN}/mcp`, '/mcp'],
    [`${WELL_KNOWN}${behind}`, ''],
    [`${WELL_KNOWN}${behind}/mcp`, '/mcp'],
  ]);
  return Object.fromEntries([...paths].map(([path, suffix]) => [`GET ${path}`, describe(suffix)]));
}

function isUrl(text: string | undefined): text is string {
  return text !== undefined && URL.canParse(text);
}
