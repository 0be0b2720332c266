import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';

type Kind = 'counter' | 'upDownCounter' | 'gauge' | 'histogram';

/** An instrument and what is recorded with it. */
export interface HostileInstrument {
  readonly scope: string;
  readonly kind: Kind;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly boundaries: number[];
  readonly measurements: readonly { readonly value: number; readonly attributes: Record<string, unknown> }[];
}

const UNICODE = fc.string({ unit: 'binary', maxLength: 12 });
const AWKWARD_NAMES = fc.constantFrom(
  '',
  'h',
  'h_count',
  'h.sum',
  'h_bucket',
  'h.created',
  'H',
  'h_total',
  'target_info',
  'target',
  'a.b',
  'a_b',
  '1st',
  'calls',
  'calls.total',
  'calls_created',
  'größe',
  '球',
  '"',
  '\\',
  '\n',
  '{}',
  ' ',
  '#',
  '# EOF',
  ':',
  '__name__',
);
const AWKWARD_KEYS = fc.constantFrom(
  '',
  'le',
  'quantile',
  'otel_scope_name',
  'otel.scope.version',
  'otel_scope_',
  'exported_le',
  '__name__',
  '1',
  '1a',
  'a.b',
  'a_b',
  'a-b',
  'größe',
  '球',
  '"',
  '\\',
  '\n',
  '=',
  ',',
  '}',
  'le ',
  'job',
  'k'.repeat(65_536),
);
const AWKWARD_VALUES = fc.constantFrom<unknown>(
  '',
  '"',
  '\\',
  '\n',
  '\r',
  '\\n',
  '\0',
  '\uD800',
  '\uFEFF',
  '{x="y"} 1',
  '# EOF',
  'v'.repeat(65_536),
  0,
  -0,
  Number.NaN,
  Infinity,
  true,
  null,
  undefined,
  ['a', 'b'],
  { deep: [1] },
  new Uint8Array([0, 255]),
);
const NAME = fc.oneof(AWKWARD_NAMES, UNICODE);
const NUMBER = fc.oneof(fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 2 ** 53, 1e-320, 1e308), fc.double());
const ATTRIBUTES = fc.dictionary(fc.oneof(AWKWARD_KEYS, UNICODE), fc.oneof(AWKWARD_VALUES, UNICODE), { maxKeys: 5 });

const INSTRUMENT: fc.Arbitrary<HostileInstrument> = fc.record({
  scope: fc.oneof(fc.constantFrom('a', 'b', ''), UNICODE),
  kind: fc.constantFrom<Kind>('counter', 'upDownCounter', 'gauge', 'histogram'),
  name: NAME,
  unit: fc.oneof(fc.constantFrom('', '1', 's', 'By', '{call}', 'By/s', '/', '{', '%'), UNICODE),
  description: fc.oneof(fc.constantFrom('', 'text', '\n', '"\\', '# EOF\n'), UNICODE),
  boundaries: fc.array(
    NUMBER.filter((bound) => !Number.isNaN(bound)),
    { maxLength: 5 },
  ),
  measurements: fc.array(fc.record({ value: NUMBER, attributes: ATTRIBUTES }), { maxLength: 4 }),
});

/** Instruments with arbitrary and with deliberately awkward names, labels and values. */
export const HOSTILE_METRICS: fc.Arbitrary<readonly HostileInstrument[]> = fc.array(INSTRUMENT, { maxLength: 8 });

export function recordHostile(provider: MeterProvider, instruments: readonly HostileInstrument[]): void {
  for (const { scope, kind, name, unit, description, boundaries, measurements } of instruments) {
    const record = createRecorder(provider, { scope, kind, name, unit, description, boundaries });
    for (const { value, attributes } of measurements) {
      record(value, attributes);
    }
  }
}

function createRecorder(
  provider: MeterProvider,
  { scope, kind, name, boundaries, ...options }: Omit<HostileInstrument, 'measurements'>,
): (value: number, attributes: Record<string, unknown>) => void {
  const meter = provider.getMeter(scope, '1');
  if (kind === 'histogram') {
    const histogram = meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: boundaries } });
    return (value, attributes) => histogram.record(value, attributes);
  }
  if (kind === 'gauge') {
    const gauge = meter.createGauge(name, options);
    return (value, attributes) => gauge.record(value, attributes);
  }
  const sum = kind === 'counter' ? meter.createCounter(name, options) : meter.createUpDownCounter(name, options);
  return (value, attributes) => sum.add(value, attributes);
}
