import { describe, expect, test } from '@jest/globals';
import { effectiveSettings, formatIssue, readTelemetryConfig } from '../src/index.ts';
import { ENDPOINT, exporter, issuesOf, TRACES } from './telemetry-fixture.ts';

describe('per signal and in general', () => {
  test("a signal's own wins, its blank or wrong one does not", () => {
    const general = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TIMEOUT: '5' };
    const timeouts = (text: string): readonly (number | undefined)[] => {
      const { values } = readTelemetryConfig({ ...general, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: text });
      return [exporter(values, 'traces')?.timeoutMillis, exporter(values, 'metrics')?.timeoutMillis];
    };
    expect(timeouts('7')).toEqual([7, 5]);
    expect(timeouts('')).toEqual([5, 5]);
    expect(timeouts('x')).toEqual([5, 5]);
  });

  test('headers are merged, whatever the case of their names', () => {
    const { values } = readTelemetryConfig({
      [ENDPOINT]: 'http://c:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=general,x=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'api-key=own',
    });
    expect(exporter(values, 'traces')?.headers).toEqual({ 'api-key': 'own', x: '1' });
    expect(exporter(values, 'logs')?.headers).toEqual({ 'api-key': 'general', x: '1' });
  });

  test('the origin names the variable that was read', () => {
    const { origins } = readTelemetryConfig({ OTEL_EXPORTER_OTLP_TIMEOUT: '5', OTEL_ATTRIBUTE_COUNT_LIMIT: '6' });
    expect(origins['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT']).toEqual({
      source: 'env',
      variable: 'OTEL_EXPORTER_OTLP_TIMEOUT',
      text: '5',
    });
    expect(origins['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT']?.variable).toBe('OTEL_ATTRIBUTE_COUNT_LIMIT');
    expect(origins['OTEL_SPAN_EVENT_COUNT_LIMIT']).toEqual({ source: 'default', text: '128' });
  });

  test('limits of spans and log records fall back on the general ones, those of events and links do not', () => {
    const { values } = readTelemetryConfig({
      OTEL_ATTRIBUTE_COUNT_LIMIT: '6',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '9',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '4',
    });
    expect(values.traces.limits).toMatchObject({ attributeCount: 6, attributeValueLength: 9, attributesPerEvent: 128 });
    expect(values.logs.limits).toEqual({ attributeCount: 4, attributeValueLength: 9 });
  });

  test('one half of a client certificate is explained', () => {
    expect(issuesOf({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_CLIENT_KEY: '/k.pem' })).toEqual([
      'OTEL_EXPORTER_OTLP_CLIENT_KEY: it has no effect without CLIENT_CERTIFICATE -> set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    ]);
  });
});

describe('resource', () => {
  test('one malformed pair drops out alone (documented deviation 2)', () => {
    const { values, issues } = readTelemetryConfig({ OTEL_RESOURCE_ATTRIBUTES: 'a=1,broken,b=%ZZ,c=3' });
    expect(values.resource.attributes).toEqual({ a: '1', c: '3' });
    expect(issues.map(({ problem }) => problem)).toEqual([
      'pair 2 has no "="; it is left out, the others stay',
      'the value in pair 3 has a broken percent-encoding; it is left out, the others stay',
    ]);
  });

  test.each(['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_RESOURCE_ATTRIBUTES'])(
    '%s without a usable pair counts as unset, and nothing is said of others',
    (variable) => {
      const { issues } = readTelemetryConfig({ [ENDPOINT]: 'http://collector:4318', [variable]: 'api-key' });
      expect(issues.map(formatIssue)).toEqual([
        expect.stringMatching(
          new RegExp(`^${variable}: pair 1 has no "="; expected [^;]*; it counts as unset(?:; write [^;]*)?$`),
        ),
      ]);
    },
  );

  test('OTEL_SERVICE_NAME wins over service.name, which works too', () => {
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,x=1' };
    expect(readTelemetryConfig(attributes).values.resource).toMatchObject({ serviceName: 'a', attributes: { x: '1' } });
    expect(readTelemetryConfig({ ...attributes, OTEL_SERVICE_NAME: 'b' }).values.resource.serviceName).toBe('b');
    expect(readTelemetryConfig(attributes).origins['OTEL_SERVICE_NAME']).toEqual({
      source: 'env',
      variable: 'OTEL_RESOURCE_ATTRIBUTES',
      text: 'a',
    });
  });

  test.each([
    ['none', []],
    ['all', ['env', 'host', 'os', 'process', 'service']],
    ['env,serviceinstance', ['env', 'service']],
  ])('detectors in both vocabularies: %s', (text, detectors) => {
    expect(readTelemetryConfig({ OTEL_NODE_RESOURCE_DETECTORS: text }).values.resource.detectors).toEqual(detectors);
  });
});

describe('sampler, propagators, queues', () => {
  test.each(['jaeger_remote', 'parentbased_jaeger_remote', 'xray'])(
    'the sampler %s is answered with what there is',
    (name) => {
      const { values, issues } = readTelemetryConfig({ OTEL_TRACES_SAMPLER: name });
      expect(values.traces.sampler).toEqual({ name: 'parentbased_always_on', ratio: 1 });
      expect(issues[0]).toMatchObject({
        problem: `"${name}" is not supported`,
        expected: expect.stringContaining('always_on'),
      });
    },
  );

  test('an argument without a sampler that takes one is named', () => {
    const { values, issues } = readTelemetryConfig({ OTEL_TRACES_SAMPLER_ARG: '0.5' });
    expect(values.traces.sampler.ratio).toBe(1);
    expect(issues[0]?.problem).toBe('the sampler parentbased_always_on takes no argument, so it has no effect');
  });

  test.each(['jaeger', 'xray', 'ottrace'])('the propagator %s drops out with a fix, the known one stays', (name) => {
    const { values, issues } = readTelemetryConfig({ OTEL_PROPAGATORS: `${name},b3` });
    expect(values.propagators).toEqual(['b3']);
    expect(issues[0]).toMatchObject({ problem: `"${name}" is not supported`, fix: expect.any(String) });
  });

  test('none propagates nothing', () => {
    expect(readTelemetryConfig({ OTEL_PROPAGATORS: 'none' }).values.propagators).toEqual([]);
  });

  test('OTEL_SDK_DISABLED keeps the propagators', () => {
    const { values } = readTelemetryConfig({ OTEL_SDK_DISABLED: 'true', OTEL_PROPAGATORS: 'b3' });
    expect([values.disabled, values.propagators]).toEqual([true, ['b3']]);
  });

  test('a batch larger than its queue acts as unset', () => {
    const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '101' };
    const { values, issues } = readTelemetryConfig(env);
    expect(values.traces.processors[0]?.batch).toMatchObject({ maxQueueSize: 100, maxExportBatchSize: 100 });
    expect(issues[0]?.problem).toBe('"101" is more than the queue holds (100)');
  });

  test('a small queue alone is no mistake', () => {
    const { values, issues } = readTelemetryConfig({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_BSP_MAX_QUEUE_SIZE: '10' });
    expect(values.traces.processors[0]?.batch.maxExportBatchSize).toBe(10);
    expect(issues).toEqual([]);
  });

  test('prometheus is a reader with host and port, 0 for any', () => {
    const { values } = readTelemetryConfig({ OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' });
    expect(values.metrics.readers).toEqual([{ type: 'prometheus', host: 'localhost', port: 0 }]);
  });
});

describe('names', () => {
  test.each([
    ['OTEL_TRACE_SAMPLER', 'OTEL_TRACES_SAMPLER'],
    ['OTEL_EXPORTER_OTLP_ENDPIONT', ENDPOINT],
    ['OTEL_EXPORTER_OLTP_ENPOINT', ENDPOINT],
    ['otel_service_name', 'OTEL_SERVICE_NAME'],
    ['OTEL_EXPORTER_OTLP_TRACE_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'],
  ])('%s is answered with the nearest known one', (name, meant) => {
    expect(issuesOf({ [name]: 'x' })).toEqual([
      `${name}: no such variable; it has no effect -> did you mean ${meant}?`,
    ]);
  });

  test('a variable for somebody else is left alone', () => {
    expect(issuesOf({ OTEL_JAVAAGENT_ENABLED: 'false', OTELCOL_X: '1', PATH: '/bin' })).toEqual([]);
  });

  test.each([
    ['OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT', 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 'attributesPerEvent'],
    ['OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT', 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 'attributesPerLink'],
  ] as const)('the older %s is still read, and named', (older, name, key) => {
    const { values, issues } = readTelemetryConfig({ [older]: '3' });
    expect(values.traces.limits[key]).toBe(3);
    expect(issues[0]).toMatchObject({ variable: older, fix: `use ${name}` });
  });
});

describe('secrets', () => {
  const env = {
    [ENDPOINT]: 'http://user:hunter2@c:4318/x?token=hunter2',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter2,hunter2,Authorization: Bearer hunter2=',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=%ZZhunter2,y=hunter2%0A',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'ftp://user:hunter2@c/?k=hunter2',
  };

  test('never stand in an issue, nor among the effective settings', () => {
    const reading = readTelemetryConfig(env);
    expect(reading.issues.length).toBeGreaterThan(3);
    expect(JSON.stringify(reading.issues)).not.toContain('hunter2');
    expect(JSON.stringify(effectiveSettings(reading))).not.toContain('hunter2');
    expect(exporter(reading.values, 'traces')?.headers).toEqual({ authorization: 'Bearer hunter2' });
  });

  test.each([
    'user:hunter2@c:4318',
    'http:/user:hunter2@c',
    '"http://user:hunter2@c"',
    'http://user:hun/hunter2@c',
    'hunter2@c',
  ])('do not stand in the issue about %s, which is no URL', (text) => {
    const { issues } = readTelemetryConfig({ [ENDPOINT]: text });
    expect(issues).toHaveLength(1);
    expect(JSON.stringify(issues)).not.toContain('hunter2');
  });

  test('stay recognisable by their names', () => {
    const row = effectiveSettings(readTelemetryConfig(env)).find(
      ({ setting }) => setting === 'OTEL_EXPORTER_OTLP_HEADERS',
    );
    expect(row).toEqual({
      setting: 'OTEL_EXPORTER_OTLP_HEADERS',
      value: 'authorization=***',
      origin: 'env',
      variable: 'OTEL_EXPORTER_OTLP_HEADERS',
    });
  });
});

describe('a value that is not taken says what was meant, and what holds instead', () => {
  test.each([
    ['OTEL_TRACES_EXPORTER=otpl', 'nothing is exported', 'did you mean otlp?'],
    [
      'OTEL_TRACES_EXPORTER=otpl OTEL_EXPORTER_OTLP_ENDPOINT=http://x',
      'the default otlp is used',
      'did you mean otlp?',
    ],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grcp', 'the default http/protobuf is used', 'did you mean grpc?'],
    [
      'OTEL_TRACES_SAMPLER=paretbased',
      'the default parentbased_always_on is used',
      'did you mean parentbased_always_on?',
    ],
    ['OTEL_PROPAGATORS=tracecontext,bagage', 'tracecontext is used', 'did you mean baggage?'],
    ['OTEL_PROPAGATORS=b3,bagage,tracecontext', 'b3, tracecontext are used', 'did you mean baggage?'],
    ['OTEL_PROPAGATORS=bagage', 'the default tracecontext,baggage is used', 'did you mean baggage?'],
    ['OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=7', 'the default 1 is used', undefined],
    ['OTEL_TRACES_SAMPLER_ARG=7', 'nothing uses it here', undefined],
    ['OTEL_LOG_LEVEL=chatty', 'the default info is used', undefined],
    [
      'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT=soon OTEL_EXPORTER_OTLP_TIMEOUT=5000',
      '5000 of OTEL_EXPORTER_OTLP_TIMEOUT is used',
      undefined,
    ],
    [
      'OTEL_EXPORTER_OTLP_PROTOCOL=htp/protobuf',
      'the default is used: http/protobuf; grpc when the endpoint has port 4317',
      'did you mean http/protobuf?',
    ],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=c/v1/traces', 'no traces are exported over OTLP', 'write http://c/v1/traces'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=c:4318', 'no metrics are exported over OTLP', 'write http://c:4318'],
    ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=ftp://c/', 'no logs are exported over OTLP', undefined],
    ['OTEL_EXPORTER_OTLP_ENDPOINT=c:4318', 'nothing is exported over OTLP', 'write http://c:4318'],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT=c:4318 OTEL_LOGS_EXPORTER=console,otlp',
      'the default is used: http://localhost:4318, or :4317 for grpc, once an exporter is chosen',
      'write http://c:4318',
    ],
    ['OTEL_EXPORTER_OTLP_ENDPOINT=c:4317 OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc', undefined, 'write http://c:4317'],
    [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=c:4318 OTEL_EXPORTER_OTLP_ENDPOINT=http://d',
      'http://d/v1/traces of OTEL_EXPORTER_OTLP_ENDPOINT is used',
      'write http://c:4318',
    ],
    [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=c/v1/traces OTEL_TRACES_EXPORTER=otlp',
      'the default http://localhost:4318/v1/traces is used',
      'write http://c/v1/traces',
    ],
  ])('%s', (line, instead, fix) => {
    const env = Object.fromEntries(line.split(' ').map((pair) => pair.split('=')));
    const [issue] = readTelemetryConfig(env).issues;
    expect([issue?.instead, issue?.fix]).toEqual([instead, fix]);
  });

  test.each([
    ['c:4318', {}, 'default'],
    ['c:4318', { OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc' }, 'env'],
    ['http://c:4318', {}, 'env'],
  ])('a general endpoint %s is in force where a signal can use it %j', (endpoint, protocol, source) => {
    const { origins } = readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...protocol });
    expect(origins['OTEL_EXPORTER_OTLP_ENDPOINT']?.source).toBe(source);
  });

  test('in one line', () => {
    const [issue] = readTelemetryConfig({ OTEL_LOG_LEVEL: 'verb' }).issues;
    expect(formatIssue(issue!)).toBe(
      'OTEL_LOG_LEVEL: "verb" is not known; expected one of none, error, warn, info, debug, verbose, all; the default info is used; did you mean verbose?',
    );
  });
});

describe('quotes around a value, as a file for --env-file may leave them', () => {
  test.each([
    ['OTEL_TRACES_SAMPLER', '"always_off"'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', "'100'"],
    ['OTEL_EXPORTER_OTLP_HEADERS', '"authorization=Bearer%20x"'],
  ])('of %s are named as what is wrong', (name, text) => {
    expect(readTelemetryConfig({ [name]: text }).issues).toMatchObject([
      { variable: name, fix: 'remove the quotes around it' },
    ]);
  });
});

describe('defaults of an application', () => {
  test('stand below the environment, and come from the file', () => {
    const defaults = {
      OTEL_TRACES_EXPORTER: 'otlp',
      [TRACES]: 'http://file:4318/v1/traces',
      OTEL_SERVICE_NAME: 'file',
    };
    const { values, origins } = readTelemetryConfig({ OTEL_SERVICE_NAME: 'env' }, { defaults });
    expect(values.resource.serviceName).toBe('env');
    expect(exporter(values, 'traces')?.endpoint).toBe('http://file:4318/v1/traces');
    expect(origins[TRACES]).toEqual({ source: 'file', text: 'http://file:4318/v1/traces' });
  });

  test("the environment's general setting wins over the file's for one signal", () => {
    const defaults = { [TRACES]: 'http://file:4318/v1/traces', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '1' };
    const { values } = readTelemetryConfig(
      { [ENDPOINT]: 'http://env:4318', OTEL_EXPORTER_OTLP_TIMEOUT: '2' },
      { defaults },
    );
    expect(exporter(values, 'traces')).toMatchObject({ endpoint: 'http://env:4318/v1/traces', timeoutMillis: 2 });
  });
});
