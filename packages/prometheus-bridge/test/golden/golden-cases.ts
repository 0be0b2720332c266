import type { Exemplar, PrometheusReaderOptions } from '@dcc-mcp/prometheus-bridge';
import type { Meter } from '@opentelemetry/api';
import { emptyResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { AggregationType, type MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';

/** One rule of the compatibility text, with what shows it. */
export interface GoldenCase {
  /** What the golden files show, as a sentence. */
  readonly rule: string;
  readonly record: (meter: Meter, provider: MeterProvider) => void;
  readonly options?: PrometheusReaderOptions;
  readonly views?: ViewOptions[];
  /** Default: an empty one, so that `target_info` is not in the way. */
  readonly resource?: Resource;
  /** Asked of the text formats; default none. */
  readonly escaping?: string;
}

/** All instruments record at this time. */
export const NOW: number = Date.UTC(2026, 10, 21, 9, 30);

const PLAIN = { scopeLabels: false };
const BOUNDARIES = { advice: { explicitBucketBoundaries: [0.1, 1, 10] } };
const EXPONENTIAL: ViewOptions[] = ['latency', 'drift'].map((instrumentName) => ({
  instrumentName,
  aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
}));
const EXEMPLAR: Exemplar = {
  value: 0.5,
  timestampMillis: NOW + 250,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
};

function recordStrategies(meter: Meter): void {
  meter.createCounter('foo.bar', { unit: 'By' }).add(1, { 'http.route': '/v1' });
  meter.createHistogram('größe', { unit: 's', ...BOUNDARIES }).record(0.5, { 'http.route': '/v1' });
}

export const GOLDEN_CASES: Readonly<Record<string, GoldenCase>> = {
  counter: {
    rule: 'A monotonic sum is a counter: unit word, then _total.',
    record(meter) {
      const calls = meter.createCounter('dcc_mcp.tool.calls', { unit: '{call}', description: 'Finished calls.' });
      calls.add(12, { tool: 'maya__create_sphere', status: 'success' });
      calls.add(3, { tool: 'maya__create_sphere', status: 'error' });
      meter.createCounter('io.bytes.total', { unit: 'By' }).add(1);
      meter.createCounter('busy_seconds_total', { unit: 's' }).add(0.25);
    },
  },
  gauge: {
    rule: 'A gauge and a sum that can fall are gauges.',
    record(meter) {
      meter.createGauge('queue.depth', { description: 'Calls that wait.' }).record(7);
      meter.createUpDownCounter('sessions.active', { unit: '{session}' }).add(2);
      meter.createObservableGauge('process.memory.usage', { unit: 'By' }).addCallback((result) => {
        result.observe(1_234_567);
      });
    },
  },
  histogram: {
    rule: 'A histogram has cumulative buckets up to +Inf, a sum and a count.',
    record(meter) {
      const duration = meter.createHistogram('tool.duration', { unit: 's', description: 'How long.', ...BOUNDARIES });
      for (const seconds of [0.05, 0.5, 0.5, 5, 50]) {
        duration.record(seconds, { tool: 'open' });
      }
      duration.record(1, { tool: 'close' });
    },
  },
  'histogram-large-bounds': {
    rule: 'Bounds are written canonically in OpenMetrics, shortest in Prometheus text.',
    options: PLAIN,
    record(meter) {
      const advice = { explicitBucketBoundaries: [0.00001, 1, 1_000, 1_000_000, 100_000_000] };
      meter.createHistogram('size', { unit: 'By', advice }).record(1_000);
    },
  },
  'histogram-negative': {
    rule: 'A histogram of values below zero has no sum, and in OpenMetrics no count: the last bucket says it.',
    options: PLAIN,
    views: [
      {
        instrumentName: 'drift',
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [-1, 0, 1] } },
      },
    ],
    record(meter) {
      for (const value of [-2, -0.5, 0.5]) {
        meter.createGauge('drift').record(value);
      }
    },
  },
  'exponential-histogram': {
    rule: 'An exponential histogram is native in protobuf and has buckets at powers of two in text.',
    options: PLAIN,
    views: EXPONENTIAL,
    record(meter) {
      const latency = meter.createHistogram('latency', { unit: 's', description: 'How long.' });
      for (const value of [0, 0.3, 0.5, 0.6, 3, 3, 12]) {
        latency.record(value, { tool: 'open' });
      }
    },
  },
  'exponential-histogram-edges': {
    rule: 'Fine exponential histograms are brought to schema 8; values below zero and only zeros are kept.',
    options: PLAIN,
    views: EXPONENTIAL,
    record(meter) {
      const latency = meter.createHistogram('latency');
      for (const value of [1, 1.001, 1.002, 1.01]) {
        latency.record(value, { what: 'fine' });
      }
      latency.record(0, { what: 'zero' });
      for (const value of [-3, -1.5, 0, 2]) {
        meter.createGauge('drift').record(value);
      }
    },
  },
  'merged-exponential-histograms': {
    rule: 'Exponential histograms that become the same series are added at the coarser scale.',
    options: PLAIN,
    views: EXPONENTIAL,
    record(meter, provider) {
      for (const value of [1, 1.5]) {
        meter.createHistogram('latency').record(value);
      }
      for (const value of [0.25, 900]) {
        provider.getMeter('other').createHistogram('latency').record(value);
      }
    },
  },
  units: {
    rule: 'UCUM units become words, braces are dropped, a slash is "per", the name does not repeat its unit.',
    options: PLAIN,
    record(meter) {
      const units = ['d', 'h', 'min', 's', 'ms', 'us', 'ns', 'By', 'KiBy', 'MiBy', 'GiBy', 'TiBy', 'kBy', 'MBy', 'GBy'];
      units.push('TBy', 'm', 'V', 'A', 'J', 'W', 'g', 'Cel', 'Hz', '%', '1', '', '{call}', 'By/s', 'm/s', '{call}/s');
      units.push('By/{call}', 's{cpu}', '1/min', 'furlong');
      for (const [index, unit] of units.entries()) {
        meter.createGauge(`x${index}`, { unit }).record(index);
      }
      meter.createGauge('wait_seconds', { unit: 's' }).record(1);
    },
  },
  'label-collision': {
    rule: 'Labels of one name are joined with ; in the order of the original keys.',
    options: PLAIN,
    record(meter) {
      meter.createCounter('calls').add(1, { a_b: 'third', 'a.b': 'second', 'a-b': 'first', c: 'alone' });
    },
  },
  'label-names': {
    rule: 'A label name starts with a letter or _, holds letters, digits and single underscores, and is not empty.',
    options: PLAIN,
    record(meter) {
      const names = {
        '': 'empty',
        '1st': 'digit',
        'http.route': 'dot',
        größe: 'letter',
        'a  b': 'blanks',
        __name__: 'x',
      };
      meter.createCounter('calls').add(1, names);
      meter.createCounter('2nd.metric').add(1);
      meter.createCounter('a:b').add(1);
    },
  },
  'reserved-labels': {
    rule: 'le, quantile and otel_scope_* keep their meaning: attributes of that name get exported_ in front.',
    record(meter) {
      const attributes = { le: '5', quantile: '0.5', 'otel.scope.name': 'mine', otel_scope_version: 'mine' };
      meter.createHistogram('h', BOUNDARIES).record(0.5, attributes);
      meter.createCounter('calls').add(1, attributes);
    },
  },
  'label-values': {
    rule: 'Values that are no text are written as digits, words or JSON; backslash, quote and line feed are escaped.',
    options: PLAIN,
    record(meter) {
      const awkward = { quote: 'a"b', backslash: 'a\\b', newline: 'a\nb', unicode: 'größe 球', surrogate: 'a\uD800b' };
      meter.createGauge('texts', { description: 'a "b" \\ c\nd' }).record(1, awkward);
      const values = {
        number: 1.5,
        boolean: true,
        list: ['a', 'b'],
        numbers: [1, 2],
        object: { a: [1] },
        nothing: null,
      };
      meter.createGauge('values').record(1, { ...values, empty: '', bytes: new Uint8Array([1, 2, 3]) });
    },
  },
  'two-scopes': {
    rule: 'An instrument of two scopes is one family with one TYPE line; labels tell the scopes apart.',
    record(meter, provider) {
      meter.createCounter('calls', { description: 'Calls.' }).add(1);
      const other = provider.getMeter('other', '2.0.0', { schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' });
      other.createCounter('calls', { description: 'Calls.' }).add(2);
    },
  },
  'merged-series': {
    rule: 'Series that become the same are merged: sums and histograms are added, of gauges the last one counts.',
    options: PLAIN,
    record(meter, provider) {
      const other = provider.getMeter('other');
      for (const [index, each] of [meter, other].entries()) {
        each.createCounter('calls').add(index + 1, { a: 'x' });
        each.createUpDownCounter('open').add(index + 1);
        each.createGauge('level').record(index + 1);
        const boundaries = index === 0 ? [1, 2, 4] : [2, 4, 8];
        each.createHistogram('h', { advice: { explicitBucketBoundaries: boundaries } }).record(3);
      }
      meter.createCounter('spelled').add(1, { 'a.b': 1 });
      meter.createCounter('spelled').add(2, { a_b: '1' });
    },
  },
  'type-conflict': {
    rule: 'A name with two types is not exposed; everything else is.',
    options: PLAIN,
    record(meter, provider) {
      meter.createCounter('calls').add(1);
      provider.getMeter('other').createGauge('calls.total').record(2);
      meter.createGauge('alive').record(1);
    },
  },
  'help-conflict': {
    rule: 'A name with two descriptions shows the first.',
    options: PLAIN,
    record(meter, provider) {
      meter.createCounter('calls', { description: 'First.' }).add(1, { a: 1 });
      provider.getMeter('other').createCounter('calls', { description: 'Second.' }).add(1, { a: 2 });
    },
  },
  'name-clash': {
    rule: 'An instrument whose name is a series of a histogram or counter gets its type appended.',
    options: PLAIN,
    record(meter) {
      meter.createGauge('h.count').record(1);
      meter.createGauge('h.sum').record(2);
      meter.createGauge('h.bucket').record(3);
      meter.createGauge('h.created').record(4);
      meter.createCounter('calls').add(5);
      meter.createGauge('calls.created').record(6);
      meter.createGauge('target.info').record(7);
      meter.createHistogram('h', BOUNDARIES).record(0.5);
    },
    resource: resourceFromAttributes({ 'service.name': 'gateway' }),
  },
  'counter-beside-gauge': {
    rule: 'A counter whose short name is taken keeps its series name and is of unknown type in OpenMetrics.',
    options: PLAIN,
    record(meter) {
      meter.createGauge('requests').record(1);
      meter.createCounter('requests').add(2);
      meter.createHistogram('h', BOUNDARIES).record(0.5);
      meter.createCounter('h.count').add(3);
      meter.createCounter('target').add(4);
    },
    resource: resourceFromAttributes({ 'service.name': 'gateway' }),
  },
  'case-insensitive': {
    rule: 'Instrument names that differ in case only are one instrument.',
    options: PLAIN,
    record(meter) {
      meter.createCounter('Dup').add(1);
      meter.createCounter('dup').add(2);
      meter.createCounter('dup').add(4, { a: 'x' });
    },
  },
  values: {
    rule: 'Numbers are written so that they read back the same; OpenMetrics has no counter that is not a number.',
    options: PLAIN,
    record(meter) {
      const values = [Number.NaN, Infinity, -Infinity, -0, 0.1, 1e21, -1e-7, 2 ** 53, -12];
      const level = meter.createGauge('level');
      for (const [index, value] of values.entries()) {
        level.record(value, { index });
      }
      meter.createCounter('poisoned').add(Number.NaN);
    },
  },
  exemplars: {
    rule: 'Exemplars stand on counters and buckets, trace_id and span_id first, within 128 characters.',
    record(meter) {
      meter.createCounter('calls').add(1, { tool: 'open' });
      const duration = meter.createHistogram('duration', { unit: 's', ...BOUNDARIES });
      for (const seconds of [0.5, 50]) {
        duration.record(seconds, { tool: 'open' });
      }
      meter.createGauge('level').record(1);
    },
    options: {
      ...PLAIN,
      exemplars: {
        exemplars: (instrument) =>
          instrument === 'duration'
            ? [
                undefined,
                EXEMPLAR,
                undefined,
                { value: 50, timestampMillis: NOW, attributes: { note: 'x'.repeat(200) } },
              ]
            : [{ ...EXEMPLAR, attributes: { 'user.id': '7', note: 'x'.repeat(60), trace_id: 'not this' } }],
      },
    },
  },
  'no-start-timestamps': {
    rule: 'Start timestamps can be left out.',
    options: { ...PLAIN, withStartTimestamps: false },
    record(meter) {
      meter.createCounter('calls').add(1);
      meter.createHistogram('h', BOUNDARIES).record(0.5);
    },
  },
  'target-info': {
    rule: 'The resource is target_info: an info in OpenMetrics, else a gauge.',
    options: PLAIN,
    resource: resourceFromAttributes({
      'service.name': 'gateway',
      'process.command_args': ['node', 'a b'],
      'process.pid': 7,
    }),
    record(meter) {
      meter.createGauge('level').record(1);
    },
  },
  'resource-constant-labels': {
    rule: 'Chosen resource attributes are labels of every series; what a point says itself wins.',
    options: { ...PLAIN, targetInfo: false, resourceConstantLabels: /^service\./ },
    resource: resourceFromAttributes({ 'service.name': 'gateway', 'service.version': '1', 'host.name': 'h' }),
    record(meter) {
      meter.createGauge('level').record(1);
      meter.createGauge('level').record(2, { service_version: 'own' });
    },
  },
  'strategy-underscores-with-suffixes': {
    rule: 'UnderscoreEscapingWithSuffixes: underscores and suffixes.',
    options: { ...PLAIN, translationStrategy: 'UnderscoreEscapingWithSuffixes' },
    escaping: 'allow-utf-8',
    record: recordStrategies,
  },
  'strategy-underscores-without-suffixes': {
    rule: 'UnderscoreEscapingWithoutSuffixes: underscores only; a counter without _total is unknown to OpenMetrics.',
    options: { ...PLAIN, translationStrategy: 'UnderscoreEscapingWithoutSuffixes' },
    escaping: 'allow-utf-8',
    record: recordStrategies,
  },
  'strategy-utf8-with-suffixes': {
    rule: 'NoUTF8EscapingWithSuffixes: names as they are, with suffixes, in quotes.',
    options: { ...PLAIN, translationStrategy: 'NoUTF8EscapingWithSuffixes' },
    escaping: 'allow-utf-8',
    record: recordStrategies,
  },
  'strategy-no-translation': {
    rule: 'NoTranslation: names as they are, in quotes.',
    options: { ...PLAIN, translationStrategy: 'NoTranslation' },
    escaping: 'allow-utf-8',
    record: recordStrategies,
  },
  'escaping-underscores': {
    rule: 'escaping=underscores: what a plain name cannot hold is an underscore.',
    options: { ...PLAIN, translationStrategy: 'NoUTF8EscapingWithSuffixes' },
    escaping: 'underscores',
    record: recordStrategies,
  },
  'escaping-dots': {
    rule: 'escaping=dots: dots are _dot_, underscores and the rest two underscores.',
    options: { ...PLAIN, translationStrategy: 'NoUTF8EscapingWithSuffixes' },
    escaping: 'dots',
    record: recordStrategies,
  },
  'escaping-values': {
    rule: 'escaping=values: names that are not plain are U__ and code points.',
    options: { ...PLAIN, translationStrategy: 'NoUTF8EscapingWithSuffixes' },
    escaping: 'values',
    record: recordStrategies,
  },
  empty: {
    rule: 'Nothing recorded is an empty answer, in OpenMetrics with its end mark.',
    resource: emptyResource(),
    record() {},
  },
};
