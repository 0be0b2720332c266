// #region start
import { basicAuth, bearerAuth, requireAuth } from '@dcc-mcp/http-adapter/auth';
import { jwtAuth } from '@dcc-mcp/http-adapter/jwt';
import { serve, type ServedHttp, type ServeOptions } from '@dcc-mcp/http-adapter/node';
import { scrapeEndpoint, type Scrape } from '@dcc-mcp/http-adapter/scrape';

/** Serves metrics on a port of their own, to whoever has one of three kinds of credentials. */
export function startMetricsServer(
  scrape: Scrape,
  secrets: Record<string, string>,
  listen: ServeOptions = { host: '0.0.0.0', port: 9464 },
): Promise<ServedHttp> {
  const guard = requireAuth([
    basicAuth({ username: 'scraper', password: secrets['METRICS_PASSWORD'] ?? '' }),
    bearerAuth(() => [secrets['METRICS_TOKEN'] ?? '']), // asked at each request: rotate it without a restart
    jwtAuth({ secret: secrets['JWT_SECRET_KEY'] ?? '', audience: 'metrics' }),
  ]);
  return serve(guard(scrapeEndpoint(scrape)), listen);
}
// #endregion
