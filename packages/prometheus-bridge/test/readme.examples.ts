import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

const reader = new PrometheusReader({
  onError: (error) => process.stderr.write(`metrics: ${error.message}\n`),
});
const meter = new MeterProvider({ readers: [reader] }).getMeter('my-service', '1.0.0');
const calls = meter.createCounter('my_service.calls', { unit: '{call}', description: 'Finished calls.' });
calls.add(1, { status: 'success' });

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, headers } = request;
  const result = await reader.scrape({
    method,
    accept: headers.accept,
    acceptEncoding: headers['accept-encoding']?.toString(),
    timeoutSeconds: headers['x-prometheus-scrape-timeout-seconds']?.toString(),
  });
  response.writeHead(result.status, result.headers);
  if (result.body instanceof ReadableStream) {
    Readable.from(result.body).pipe(response);
  } else {
    response.end(result.body);
  }
}

createServer((request, response) => void answer(request, response)).listen(9464, '127.0.0.1');
