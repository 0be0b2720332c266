import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { afterEach, expect, test } from '@jest/globals';
import { ROOT_CONTEXT, SpanStatusCode } from '@opentelemetry/api';
import type { SpanRedaction } from '../../src/index.ts';
import { Running } from '../helpers/running.ts';

const running = new Running();

afterEach(() => running.stop());

const LINKED = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };

const redaction: SpanRedaction = {
  attribute: (key, value) => (key === 'secret' ? undefined : value === 'hunter2' ? '***' : value),
  text: (text) => text.replace('hunter2', '***'),
};

test('a redaction sees attributes of span, event and link and the status before any exporter does', async () => {
  const sink = await running.sink();
  const { values } = readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  const telemetry = running.start(values, { spanRedaction: redaction });
  const span = telemetry.tracer.startSpan(
    'x',
    { attributes: { secret: 'a', kept: 'b', pass: 'hunter2' } },
    ROOT_CONTEXT,
  );
  span.addEvent('e', { secret: 1, pass: 'hunter2' });
  span.addLink({ context: LINKED, attributes: { secret: 2, kept: 3 } });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'hunter2 refused' }).end();
  await telemetry.forceFlush();
  expect(sink.spans()).toMatchObject([
    {
      attributes: { kept: 'b', pass: '***' },
      events: [{ attributes: { pass: '***' } }],
      links: [{ attributes: { kept: 3 } }],
      status: { message: '*** refused' },
    },
  ]);
  const sent = Buffer.concat(sink.requests.map(({ body }) => body)).toString('latin1');
  expect(sent).not.toMatch(/secret|hunter2/);
});

test('a redaction is asked once for attributes that spans share, and none of them leaves as it was', async () => {
  const sink = await running.sink();
  const { values } = readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  const asked: string[] = [];
  const attribute: SpanRedaction['attribute'] = (key, value) => {
    asked.push(key);
    return redaction.attribute(key, value);
  };
  const telemetry = running.start(values, { exporter: 'fast', spanRedaction: { ...redaction, attribute } });
  const shared = Object.freeze({ secret: 'a', pass: 'hunter2' });
  for (const own of ['b', 'c']) {
    telemetry.tracer.startSpan('x', { attributes: shared }, ROOT_CONTEXT).setAttributes({ own }).end();
  }
  telemetry.tracer.startSpan('x', {}, ROOT_CONTEXT).setAttributes(shared).setAttribute('secret', 'hunter2').end();
  await telemetry.forceFlush();
  expect(asked).toEqual(['secret', 'pass', 'own', 'own', 'secret', 'pass']);
  expect(sink.spans().map(({ attributes }) => attributes)).toEqual([
    { pass: '***', own: 'b' },
    { pass: '***', own: 'c' },
    { pass: '***' },
  ]);
  expect(Buffer.concat(sink.requests.map(({ body }) => body)).toString('latin1')).not.toMatch(/secret|hunter2/);
});
