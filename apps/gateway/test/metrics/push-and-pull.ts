// What a scrape and an OTLP push say of the same instruments, in one form.
import type { MetricDefinition } from '@dcc-mcp/semantic-conventions';
import type { DecodedDataPoint, DecodedMetric } from '@dcc-mcp/test-kit/otlp-sink';
import type { Family } from './families.ts';

/** Values by series: `name{labels}`; a histogram is its count, its sum and each bucket. */
export type Values = Readonly<Record<string, number>>;

function toKey(name: string, labels: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key.replaceAll('.', '_')}=${String(value)}`);
  return `${name}{${parts.toSorted().join(',')}}`;
}

/** Families of a scrape as values. */
export function pulledValues(families: ReadonlyMap<string, Family>, names: readonly string[]): Values {
  const samples = names.flatMap((name) => families.get(name)?.samples ?? []);
  return Object.fromEntries(samples.map(({ name, labels, value }) => [toKey(name, labels), value]));
}

function toValues(name: string, { attributes, value, ...point }: DecodedDataPoint): (readonly [string, number])[] {
  const { count, sum = 0, bucketCounts = [], explicitBounds = [] } = point;
  if (count === undefined) {
    return [[toKey(name, attributes), value ?? 0]];
  }
  let below = 0;
  const buckets = bucketCounts.map((inBucket, index) => {
    below += inBucket;
    const le = explicitBounds[index] === undefined ? '+Inf' : String(explicitBounds[index]);
    return [toKey(`${name}_bucket`, { ...attributes, le }), below] as const;
  });
  return [[toKey(`${name}_count`, attributes), count], [toKey(`${name}_sum`, attributes), sum], ...buckets];
}

/** The newest push as values, for the instruments given. */
export function pushedValues(pushed: readonly DecodedMetric[], definitions: readonly MetricDefinition[]): Values {
  const newest = new Map(pushed.map((metric) => [`${metric.scope.name} ${metric.name}`, metric]));
  return Object.fromEntries(
    [...newest.values()].flatMap(({ name, dataPoints }) => {
      const definition = definitions.find((each) => each.name === name);
      return definition === undefined ? [] : dataPoints.flatMap((point) => toValues(definition.prometheusName, point));
    }),
  );
}
