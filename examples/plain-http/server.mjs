// Plain node:http. The functions are imported by name, which tracing by patching often misses.
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npm start
import { createServer, get } from 'node:http';

const server = createServer((request, response) => {
  if (request.url === '/inner') {
    response.end('inner');
    return;
  }
  get(`http://127.0.0.1:${server.address().port}/inner`, (inner) => inner.pipe(response));
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
