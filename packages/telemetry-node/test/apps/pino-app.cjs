const pino = require('pino');
const { trace } = require('@opentelemetry/api');

const log = pino();
const shared = { kept: 1 };
trace.getTracer('app').startActiveSpan('work', (span) => {
  log.info('plain text');
  log.info(shared, 'with an object');
  log.child({ child: true }).warn({ trace_id: 'mine' }, 'own trace id');
  span.end();
});
log.info(shared, 'outside');
