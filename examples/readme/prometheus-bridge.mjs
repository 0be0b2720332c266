import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

const port = Number(process.env.PORT ?? 9464);
const reader = new PrometheusReader({ onError: (error) => console.error(`metrics: ${error.message}`) });
const meter = new MeterProvider({ readers: [reader] }).getMeter('my-service', '1.0.0');
const calls = meter.createCounter('my_service.calls', { unit: '{call}', description: 'Finished calls.' });
calls.add(1, { status: 'success' });

createServer(({ method, headers }, response) => {
  const asked = {
    method,
    accept: headers.accept,
    acceptEncoding: headers['accept-encoding']?.toString(),
    timeoutSeconds: headers['x-prometheus-scrape-timeout-seconds']?.toString(),
  };
  void reader.scrape(asked).then(({ status, headers: answer, body }) => {
    response.writeHead(status, answer);
    // A large answer is rendered as it is read.
    return body instanceof ReadableStream ? Readable.fromWeb(body).pipe(response) : response.end(body);
  });
}).listen(port, '127.0.0.1', () => console.log(`scrape http://127.0.0.1:${port}/metrics`));
