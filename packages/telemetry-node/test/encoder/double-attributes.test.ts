import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { afterEach, expect, test } from '@jest/globals';
import { Running } from '../helpers/running.ts';

const running = new Running();
// AnyValue.double_value 12.0 and AnyValue.int_value 12 (opentelemetry/proto/common/v1).
const DOUBLE_12 = '210000000000002840';
const INT_12 = '180c';

afterEach(() => running.stop());

test('a whole number leaves as a double where its key is named, else as an integer', async () => {
  const sink = await running.sink();
  const { values } = readTelemetryConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.url}/v1/traces` });
  const telemetry = running.start(values, { exporter: 'fast', doubleAttributes: ['score'] });
  telemetry.tracer.startSpan('x').setAttributes({ score: 12, rank: 12 }).end();
  await telemetry.forceFlush();
  const hex = sink.requests[0]!.body.toString('hex');
  const fieldOf = (key: string): string => hex.slice(hex.indexOf(Buffer.from(key).toString('hex')));
  expect(fieldOf('score').slice(0, 60)).toContain(DOUBLE_12);
  expect(fieldOf('rank').slice(0, 16)).toContain(INT_12);
  expect(sink.spans()[0]?.attributes).toEqual({ score: 12, rank: 12 });
});
