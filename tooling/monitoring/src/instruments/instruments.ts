// The instruments that panels and rules may name. Their names and labels are types, so that one that no table has is an
// error of the compiler; everything else about them comes from the tables.
import {
  CONVENTION_METRICS,
  GATEWAY_METRICS,
  HTTP_METRICS,
  type MetricDefinition,
  SELF_METRICS,
  SERVER_METRICS,
} from '@dcc-mcp/semantic-conventions';
import type { Instruments } from './instrument-types.gen.ts';
import { PIPELINE_METRICS } from './pipeline-metrics.ts';

/** Every metric of a gateway, each with the heading it stands under in the reference. */
export const METRICS: readonly MetricDefinition[] = [
  ...SERVER_METRICS,
  ...GATEWAY_METRICS,
  ...CONVENTION_METRICS,
  ...HTTP_METRICS,
  ...SELF_METRICS,
  ...PIPELINE_METRICS,
];

/** OpenTelemetry name of an instrument. */
export type InstrumentName = keyof Instruments;
/** Those of one kind. */
export type NameOf<Kind extends string> = {
  [Name in InstrumentName]: Instruments[Name]['kind'] extends Kind ? Name : never;
}[InstrumentName];
/** Labels of an instrument as Prometheus writes them, each with its values. */
export type LabelsOf<Name extends InstrumentName> = Instruments[Name]['labels'];
/** Names of the labels of an instrument. */
export type LabelOf<Name extends InstrumentName> = keyof LabelsOf<Name> & string;

const byName = new Map(METRICS.map((metric) => [metric.name, metric]));

/** @throws {TypeError} When the generated types are older than the tables. */
export function definitionOf(name: InstrumentName): MetricDefinition {
  const definition = byName.get(name);
  if (definition === undefined) {
    throw new TypeError(`no table has ${name}: run the generator`);
  }
  return definition;
}
