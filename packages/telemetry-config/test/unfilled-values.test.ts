// Values as env files, manifests and templates leave them: quotes that a shell would have taken away, names that nobody filled in.
import { describe, expect, test } from '@jest/globals';
import { readTelemetryConfig } from '../src/index.ts';

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';
const ATTRIBUTES = 'OTEL_RESOURCE_ATTRIBUTES';

describe('quotes around a value', () => {
  test.each([
    [ATTRIBUTES, '"service.name=foo"'],
    [ATTRIBUTES, "'service.name=foo'"],
    [ATTRIBUTES, '"service.name=foo,deployment.environment.name=x"'],
    [ATTRIBUTES, 'service.name="foo"'],
    [ATTRIBUTES, "service.name='foo'"],
    [ATTRIBUTES, '"service.name"=foo'],
    [ATTRIBUTES, '"service.name=foo'],
    ['OTEL_SERVICE_NAME', '"foo"'],
    ['OTEL_SERVICE_NAME', "'foo'"],
    [HEADERS, '"authorization=Bearer%20hunter2"'],
    [HEADERS, 'authorization="Bearer hunter2"'],
    [ENDPOINT, '"http://c:4318"'],
    [TRACES, "'http://c:4318/v1/traces'"],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '"/etc/ca.pem"'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '"5000"'],
    ['OTEL_SDK_DISABLED', "'true'"],
    ['OTEL_TRACES_EXPORTER', '"otlp"'],
  ])('%s=%s is an issue that says so, and counts as unset', (name, text) => {
    const { values, issues } = readTelemetryConfig({ [name]: text });
    expect(issues).toMatchObject([{ variable: name, fix: expect.stringContaining('remove the quotes') }]);
    expect(JSON.stringify(issues)).not.toContain('hunter2');
    expect(values.resource).toMatchObject({ attributes: {} });
    expect(values.resource.serviceName).toBeUndefined();
  });

  test('cost one pair, not the others', () => {
    const { values } = readTelemetryConfig({ [ATTRIBUTES]: 'a="1",b=2' });
    expect(values.resource.attributes).toEqual({ b: '2' });
  });

  test('that are percent-encoded are meant', () => {
    const { values, issues } = readTelemetryConfig({ [ATTRIBUTES]: 'a=%22x%22' });
    expect(issues).toEqual([]);
    expect(values.resource.attributes).toEqual({ a: '"x"' });
  });
});

describe('a name that nobody filled in', () => {
  test.each([
    [ENDPOINT, 'http://$(HOST_IP):4318', '$(HOST_IP)', /Kubernetes/],
    [ENDPOINT, 'http://${HOST_IP}:4318', '${HOST_IP}', /set HOST_IP/],
    [ENDPOINT, 'http://${HOST:-localhost}:4318', 'HOST', /set HOST/],
    [ENDPOINT, 'http://$HOST_IP:4318', '$HOST_IP', /a shell/],
    [ENDPOINT, 'http://%HOST%:4318', '%HOST%', /value of HOST/],
    [ENDPOINT, 'http://%DB_HOST%:4318', '%DB_HOST%', /value of DB_HOST/],
    [ENDPOINT, 'http://{{ .Values.host }}:4318', '.Values.host', /template/],
    [ENDPOINT, '{{ otel_endpoint }}', 'otel_endpoint', /template/],
    [ENDPOINT, '$(HOST_IP):4317', '$(HOST_IP)', /Kubernetes/],
    [ENDPOINT, 'http://c:$(PORT)', '$(PORT)', /Kubernetes/],
    [TRACES, 'https://c/$(TENANT)/v1/traces', '$(TENANT)', /Kubernetes/],
    [HEADERS, 'authorization=Bearer ${TOKEN}', '${TOKEN}', /set TOKEN/],
    [HEADERS, 'api-key=$(API_KEY)', '$(API_KEY)', /Kubernetes/],
    [HEADERS, 'api-key={{ key }}', 'key', /template/],
    [HEADERS, 'api-key=%API_KEY%', '%API_KEY%', /value of API_KEY/],
    [ATTRIBUTES, 'k8s.pod.name=$(POD_NAME)', '$(POD_NAME)', /Kubernetes/],
    ['OTEL_SERVICE_NAME', '${NAME}', '${NAME}', /set NAME/],
  ])('%s=%s is an issue that says which, and what to do', (name, text, shown, fix) => {
    const { values, issues } = readTelemetryConfig({ [name]: text });
    expect(issues).toMatchObject([
      { variable: name, problem: expect.stringContaining(shown), fix: expect.stringMatching(fix) },
    ]);
    expect(issues[0]?.problem).toContain('nobody has filled in');
    expect(values.traces.processors).toEqual([]);
    expect(values.resource.attributes).toEqual({});
  });

  test.each([
    [ATTRIBUTES, 'a=100%25,b=%E4%B8%AD%E6%96%87'],
    [ATTRIBUTES, 'price=$5,regex=^a$'],
    [HEADERS, 'authorization=Basic%20YWJj%3D%3D'],
    [ENDPOINT, 'http://c:4318/a%20b%20c?x=%7Ba%7D'],
  ])('%s=%s is none', (name, text) => {
    expect(readTelemetryConfig({ [name]: text }).issues).toEqual([]);
  });

  test('in a header costs that header alone', () => {
    const { values } = readTelemetryConfig({ [ENDPOINT]: 'http://c:4318', [HEADERS]: 'a=${A},b=2' });
    expect(values.traces.processors[0]?.exporter).toMatchObject({ headers: { b: '2' } });
  });
});
