import { compose, type FetchHandler } from '@dcc-mcp/http-adapter';
import { type AuthScheme, basicAuth, bearerAuth, requireAuth } from '@dcc-mcp/http-adapter/auth';
import { jwtAuth } from '@dcc-mcp/http-adapter/jwt';
import { disabledScrapeEndpoint, type Scrape, scrapeEndpoint } from '@dcc-mcp/http-adapter/scrape';
import { bearerTokens, secretReader } from '../config/load/secret-reader.ts';
import type { JwtConfig, MetricsConfig } from '../config/reader/gateway-config.ts';

/** Path under which ContextForge serves its metrics; served wherever ours are. */
export const CONTEXT_FORGE_PATH = '/metrics/prometheus';

/** The guarded scrape handler; `undefined` while nothing has turned metrics on. */
export function metricsHandler(config: MetricsConfig, scrape: Scrape | undefined): FetchHandler | undefined {
  if (config.enabled === false) {
    return disabledScrapeEndpoint('Metrics are turned off by configuration; set ENABLE_METRICS=true or pass --metrics');
  }
  if (scrape === undefined) {
    return undefined;
  }
  const schemes = metricsSchemes(config);
  return schemes.length === 0 ? scrapeEndpoint(scrape) : compose([requireAuth(schemes)], scrapeEndpoint(scrape));
}

/** Every scheme that is configured is accepted. */
function metricsSchemes({ basicAuth: basic, bearerToken, jwt }: MetricsConfig): readonly AuthScheme[] {
  const schemes: AuthScheme[] = [];
  if (basic !== undefined) {
    const password = secretReader(basic.password);
    schemes.push(basicAuth(() => ({ username: basic.username, password: password() })));
  }
  if (bearerToken !== undefined) {
    schemes.push(bearerAuth(bearerTokens(bearerToken)));
  }
  return [...schemes, ...jwtSchemes(jwt)];
}

/** A shared secret and the keys of an issuer are two schemes: a token of either is accepted. */
function jwtSchemes({ secret, jwksUrl, ...checks }: JwtConfig = {}): readonly AuthScheme[] {
  return [
    ...(secret === undefined ? [] : [jwtScheme({ ...checks, secret })]),
    ...(jwksUrl === undefined ? [] : [jwtScheme({ ...checks, jwksUrl })]),
  ];
}

/** Verifies tokens by secret or by key set. */
export function jwtScheme({ secret, jwksUrl, audience, issuer }: JwtConfig, realm?: string): AuthScheme {
  const options = {
    ...(secret === undefined ? {} : { secret: secretReader(secret)() }),
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
    ...(audience === undefined ? {} : { audience }),
    ...(issuer === undefined ? {} : { issuer }),
  };
  return realm === undefined ? jwtAuth(options) : jwtAuth(options, realm);
}
