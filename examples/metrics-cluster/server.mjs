// An Express 5 app in three processes, each of which answers /metrics for all.
import { measureNodeRequests, toNodeHandler } from '@dcc-mcp/http-adapter/node';
import { createRequestMetrics } from '@dcc-mcp/http-adapter/request-metrics';
import { scrapeEndpoint } from '@dcc-mcp/http-adapter/scrape';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { createClusterMetrics } from '@dcc-mcp/prometheus-bridge/cluster';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import express from 'express';
import cluster from 'node:cluster';

const WORKERS = 3;
const reader = new PrometheusReader();
const meter = new MeterProvider({ readers: [reader] }).getMeter('example');
const metrics = createClusterMetrics(cluster, { source: reader, scopeLabels: false, targetInfo: false });

function startPrimary() {
  for (let count = 0; count < WORKERS; count += 1) {
    cluster.fork();
  }
  cluster.once('listening', (_worker, { port }) => console.log(`http://127.0.0.1:${port}`));
  cluster.on('exit', ({ exitedAfterDisconnect, process: { pid } }) => {
    if (!exitedAfterDisconnect) {
      console.error(`${pid} died; its counts stay`);
      cluster.fork();
    }
  });
}

function startWorker() {
  const app = express();
  const requests = createRequestMetrics({ meter });
  app.use(measureNodeRequests(requests, { getRoute: ({ route, baseUrl }) => route && baseUrl + route.path }));
  app.all('/metrics', toNodeHandler(scrapeEndpoint((request) => metrics.scrape(request))));
  app.get('/hello', (_request, response) => {
    response.send(`hello from ${process.pid}`);
  });
  app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
  // What was counted since the last snapshot is told before the process ends.
  process.once('disconnect', () => process.exit());
  process.once('SIGTERM', () => void metrics.close().then(() => cluster.worker.disconnect()));
}

if (cluster.isPrimary) {
  startPrimary();
} else {
  startWorker();
}
