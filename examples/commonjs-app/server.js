// CommonJS. The API is all it needs of OpenTelemetry, for what only the app can know.
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npm start
const { createServer } = require('node:http');
const { metrics, trace } = require('@opentelemetry/api');
const { pino } = require('pino');

const log = pino(pino.destination(2));

const server = createServer((_request, response) => {
  // Taken here, not at the top: whoever starts telemetry may do so later than this file is read.
  const frames = metrics.getMeter('render').createCounter('render.frames');
  trace.getTracer('render').startActiveSpan('render frame', (span) => {
    frames.add(1, { renderer: 'arnold' });
    log.info('rendered');
    span.end();
  });
  response.end('rendered');
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
