import { basicAuth, bearerAuth, requireAuth } from '@dcc-mcp/http-adapter/auth';
import { serve } from '@dcc-mcp/http-adapter/node';
import { scrapeEndpoint } from '@dcc-mcp/http-adapter/scrape';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const reader = new PrometheusReader();
const meter = new MeterProvider({ readers: [reader] }).getMeter('my-service');
meter.createCounter('my_service.calls').add(1, { status: 'success' });

// A request gets in with the password or with the token.
const guard = requireAuth([
  basicAuth({ username: 'scraper', password: process.env.METRICS_PASSWORD ?? 'change-me' }),
  bearerAuth(() => [process.env.METRICS_TOKEN ?? '']), // asked at each request: rotate it without a restart
]);
const server = await serve(guard(scrapeEndpoint((request) => reader.scrape(request))), {
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 9464),
});
console.log(`scrape ${server.url}`);

process.once('SIGTERM', () => void server.close()); // what runs may finish
