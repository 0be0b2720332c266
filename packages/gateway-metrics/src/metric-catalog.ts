import {
  CONVENTION_METRICS,
  GATEWAY_METRICS,
  SELF_METRICS,
  SERVER_METRICS,
  type MetricDefinition,
} from '@dcc-mcp/semantic-conventions';

const byName: ReadonlyMap<string, MetricDefinition> = new Map(
  [...SERVER_METRICS, ...GATEWAY_METRICS, ...CONVENTION_METRICS, ...SELF_METRICS].map((metric) => [
    metric.name,
    metric,
  ]),
);

/** @throws {TypeError} When no table of the conventions has the name. */
export function definitionOf(name: string): MetricDefinition {
  const definition = byName.get(name);
  if (definition === undefined) {
    throw new TypeError(`no metric is called ${name}`);
  }
  return definition;
}
