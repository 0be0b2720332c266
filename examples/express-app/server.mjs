// An Express app that knows nothing of telemetry.
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npm start
import express from 'express';
import { pino } from 'pino';

const log = pino(pino.destination(2));
const app = express();

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 catches what it rejects with
app.get('/shots/:name', async (request, response) => {
  const farm = await fetch(`http://127.0.0.1:${server.address().port}/farm`);
  log.info({ shot: request.params.name }, 'asked the farm');
  response.json({ shot: request.params.name, ...(await farm.json()) });
});

app.get('/farm', (_request, response) => {
  response.json({ seconds: 12 });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
