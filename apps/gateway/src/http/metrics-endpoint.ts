import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { authenticate, type AuthScheme, basicAuth, bearerAuth } from '@dcc-mcp/http-adapter/auth';
import { jwtAuth } from '@dcc-mcp/http-adapter/jwt';
import type { Scrape } from '@dcc-mcp/http-adapter/scrape';
import { bearerTokens, secretReader } from '../config/load/secret-reader.ts';
import type { JwtConfig, MetricsConfig } from '../config/reader/gateway-config.ts';
import { jsonReply, type Reply } from './reply.ts';

/** Path under which ContextForge serves its metrics; served wherever ours are. */
export const CONTEXT_FORGE_PATH = '/metrics/prometheus';

const PLAIN_TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** Answers a scrape. Its guard comes before everything that could be said of the request itself. */
export type MetricsHandler = (http: HttpContext) => Promise<Reply>;

/** Collects for one scrape, and is told who asks. */
export type ScrapeFor = (...asked: [...Parameters<Scrape>, address?: string]) => ReturnType<Scrape>;

/** The guarded scrape handler; `undefined` while nothing has turned metrics on. */
export function metricsHandler(config: MetricsConfig, scrape: ScrapeFor | undefined): MetricsHandler | undefined {
  if (config.enabled === false) {
    const message = 'Metrics are turned off by configuration; set ENABLE_METRICS=true or pass --metrics';
    return async () => jsonReply({ error: { kind: 'metrics-disabled', message } }, 503);
  }
  if (scrape === undefined) {
    return undefined;
  }
  const schemes = metricsSchemes(config);
  return async (http) => {
    const authorization = headerText(http.headers, 'authorization') ?? null;
    const isAllowed = schemes.length === 0 || (await authenticate(authorization, schemes)).ok;
    return isAllowed ? answerScrape(scrape, http) : unauthorized(schemes);
  };
}

function unauthorized(schemes: readonly AuthScheme[]): Reply {
  const challenges = [...new Set(schemes.map(({ challenge }) => challenge))];
  const headers = { ...PLAIN_TEXT, 'cache-control': 'no-store', 'www-authenticate': challenges };
  return { status: 401, headers, body: 'Unauthorized\n' };
}

/** A scrape that throws is answered without its message: that one may hold anything. */
async function answerScrape(scrape: ScrapeFor, { method, headers, peerAddress }: HttpContext): Promise<Reply> {
  try {
    const {
      status,
      headers: said,
      body,
    } = await scrape(
      {
        method,
        accept: headerText(headers, 'accept'),
        acceptEncoding: headerText(headers, 'accept-encoding'),
        timeoutSeconds: headerText(headers, 'x-prometheus-scrape-timeout-seconds'),
      },
      peerAddress,
    );
    return { status, headers: said, body };
  } catch {
    return { status: 500, headers: PLAIN_TEXT, body: 'collecting the metrics failed\n' };
  }
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
function jwtScheme({ secret, jwksUrl, audience, issuer }: JwtConfig): AuthScheme {
  return jwtAuth({
    ...(secret === undefined ? {} : { secret: secretReader(secret)() }),
    ...(jwksUrl === undefined ? {} : { jwksUrl }),
    ...(audience === undefined ? {} : { audience }),
    ...(issuer === undefined ? {} : { issuer }),
  });
}
