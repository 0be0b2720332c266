// A service in node:cluster, as somebody would write it: every process answers /metrics with those of all.
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { createClusterMetrics } from '@dcc-mcp/prometheus-bridge/cluster';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import cluster from 'node:cluster';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

const reader = new PrometheusReader({ onError: () => {} });
const meter = new MeterProvider({ readers: [reader] }).getMeter('shop');
const metrics = createClusterMetrics(cluster, { source: reader, scopeLabels: false, pushMillis: 100 });

function startPrimary(workers: number): void {
  for (let count = 0; count < workers; count += 1) {
    cluster.fork();
  }
  cluster.on('exit', () => cluster.fork());
  cluster.once('listening', (_worker, { port }) => process.stdout.write(`${port}\n`));
}

async function answerScrape({ method = 'GET', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await metrics.scrape({ method, accept: headers.accept });
  response.writeHead(answer.status, answer.headers);
  if (answer.body instanceof ReadableStream) {
    Readable.fromWeb(answer.body as never).pipe(response);
  } else {
    response.end(answer.body);
  }
}

function startWorker(): void {
  const orders = meter.createCounter('orders');
  const time = meter.createHistogram('order.duration', { unit: 's' });
  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      void answerScrape(request, response);
      return;
    }
    orders.add(1, { kind: request.url ?? '' });
    time.record(Math.random());
    response.end(String(process.pid));
  }).listen(0, '127.0.0.1');
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    void metrics.close().then(() => process.exit(0));
  });
}

if (cluster.isPrimary) {
  startPrimary(Number(process.argv[2]));
} else {
  startWorker();
}
