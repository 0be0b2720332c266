import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Exemplar, ExemplarSource } from '../../families/exemplar.ts';
import { toHrTime } from '../../families/time.ts';
import type { WireMetric } from '../wire/wire-values.ts';
import type { GaugeRule, GaugeTraits } from './gauge-rules.ts';
import { MergedMetric } from './merged-metric.ts';
import type { MergedSeries } from './merged-series.ts';

interface MergedScope {
  readonly scope: ScopeMetrics['scope'];
  readonly metrics: Map<string, MergedMetric>;
}

/** The metrics of all workers, each series once. */
export class MergedMetrics implements ExemplarSource {
  readonly #ruleOf: (gauge: GaugeTraits) => GaugeRule;
  readonly #maxRetained: number;
  readonly #scopes = new Map<string, MergedScope>();
  readonly #byAttributes = new WeakMap<Attributes, MergedSeries>();

  /** @param maxRetained Series of one metric that are kept though only workers had them that ended. */
  constructor(ruleOf: (gauge: GaugeTraits) => GaugeRule, maxRetained: number) {
    this.#ruleOf = ruleOf;
    this.#maxRetained = maxRetained;
  }

  /** The metric with this definition; made when it is new. Of several descriptions the first is kept. */
  metricOf(definition: WireMetric): MergedMetric {
    const { metrics } = this.#scopeOf(definition.scope);
    const { name, unit, dataPointType, isMonotonic } = definition;
    const key = JSON.stringify([name, unit, dataPointType, isMonotonic]);
    const known = metrics.get(key) ?? new MergedMetric(definition, (each) => this.#ruleFor(each), this.#maxRetained);
    metrics.set(key, known);
    return known;
  }

  /** As a reader of the SDK would give it; can pause after each metric. */
  *collect(nowMillis: number): Generator<ScopeMetrics | undefined, void> {
    const endTime = toHrTime(nowMillis);
    for (const { scope, metrics } of this.#scopes.values()) {
      const ofScope: MetricData[] = [];
      for (const metric of metrics.values()) {
        if (!metric.isEmpty) {
          ofScope.push(metric.collect(endTime, (attributes, series) => this.#byAttributes.set(attributes, series)));
          yield undefined;
        }
      }
      yield { scope, metrics: ofScope };
    }
  }

  exemplars(_instrumentName: string, attributes: Attributes): readonly (Exemplar | undefined)[] | undefined {
    return this.#byAttributes.get(attributes)?.exemplars();
  }

  #ruleFor({ name, unit, dataPointType }: WireMetric): GaugeRule {
    return this.#ruleOf({ name, unit, isUpDownCounter: dataPointType === DataPointType.SUM });
  }

  #scopeOf(scope: WireMetric['scope']): MergedScope {
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl]);
    const known = this.#scopes.get(key) ?? { scope, metrics: new Map() };
    this.#scopes.set(key, known);
    return known;
  }
}
