import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { resolveNames, type ExposedName, type MetricFamilyType, type NamedFamily } from '../names/family-names.ts';
import { toMetricName, type TranslationStrategy } from '../names/metric-name.ts';
import type { EscapingScheme } from '../names/name-escaping.ts';
import type { LabelSet } from './label-set.ts';
import { mergeSamples, type SampleSource } from './merge-samples.ts';
import type { Sample } from './sample.ts';
import { ScrapeError, type ReportError } from './scrape-error.ts';
import { SeriesLabels } from './series-labels.ts';
import { explainMalformed } from './well-formed.ts';

/** How metrics become families. */
export interface FamilyOptions {
  /** Default `UnderscoreEscapingWithSuffixes`. */
  readonly translationStrategy?: TranslationStrategy;
  /** Whether each series says its scope (`otel_scope_name`, `_version`, `_schema_url`); default true. */
  readonly scopeLabels?: boolean;
  /** Whether the resource is exposed as `target_info`; default true. */
  readonly targetInfo?: boolean;
  /** Which resource attributes become labels of every series; default none. */
  readonly resourceConstantLabels?: RegExp | ((key: string) => boolean);
  /** Told of what could not be exposed as it is; default: nobody. */
  readonly onError?: ReportError;
}

/** All series of one metric name, with what is said of them once. */
export interface MetricFamily extends ExposedName {
  readonly help: string;
  /** The unit as words, `seconds`; empty when there is none. */
  readonly unit: string;
  /** The series, those that became equal merged; a pause is possible after each data point. */
  readonly samples: () => Generator<undefined, Sample[]>;
}

/** Turns collections into families, keeping the labels of series from one collection to the next. */
export type FamilyBuilder = (collected: ResourceMetrics, escaping: EscapingScheme) => MetricFamily[];

interface Draft extends NamedFamily {
  readonly help: string;
  readonly unit: string;
  readonly sources: SampleSource[];
}

const TARGET_INFO = 'target_info';

/**
 * Turns what a `MetricReader` collected into metric families (OTel Prometheus compatibility,
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
 *
 * @param options.escaping What the client asked for; default `underscores`.
 */
export function toMetricFamilies(
  collected: ResourceMetrics,
  options: FamilyOptions & { readonly escaping?: EscapingScheme } = {},
): MetricFamily[] {
  return createFamilyBuilder(options)(collected, options.escaping ?? 'underscores');
}

/** Makes a builder; the scopes and series of one collection keep their labels for the next. */
export function createFamilyBuilder(options: FamilyOptions): FamilyBuilder {
  const { translationStrategy: strategy = 'UnderscoreEscapingWithSuffixes', scopeLabels = true } = options;
  const report = options.onError ?? ignore;
  const resourceConstantLabels = toPredicate(options.resourceConstantLabels);
  const labelsByEscaping = new Map<EscapingScheme, SeriesLabels>();
  return (collected, escaping) => {
    const translation = { strategy, escaping };
    const labels =
      labelsByEscaping.get(escaping) ?? new SeriesLabels(translation, { scopeLabels, resourceConstantLabels });
    labelsByEscaping.set(escaping, labels);
    const drafts = new FamilyDrafts(report);
    for (const { scope, metrics } of collected.scopeMetrics) {
      const series = labels.ofScope(scope, collected.resource);
      const nameOf = foldCase();
      for (const metric of metrics.filter((candidate) => isExpressible(candidate, report))) {
        const { unit } = metric.descriptor;
        const isCounter = toType(metric) === 'counter';
        drafts.add(toMetricName({ name: nameOf(metric), unit, isCounter }, translation), { metric, labels: series });
      }
    }
    const target = options.targetInfo === false ? undefined : labels.ofResource(collected.resource);
    return toFamilies(drafts.all(), target, report);
  };
}

/** Instrument names that differ in case only are one instrument (OTel metrics API, "Instrument name syntax"). */
function foldCase(): (metric: MetricData) => string {
  const names = new Map<string, string>();
  return ({ descriptor }) => {
    const folded = descriptor.name.toLowerCase();
    const known = names.get(folded);
    if (known === undefined) {
      names.set(folded, descriptor.name);
    }
    return known ?? descriptor.name;
  };
}

/** One metric that is no metric data costs itself, never the whole target. */
export function isExpressible(metric: MetricData, report: ReportError): boolean {
  const reason = explainMalformed(metric);
  if (reason === undefined) {
    return isCumulative(metric, report);
  }
  report(new ScrapeError('unsupported_point', `A metric is not exposed: ${reason}. Correct its producer.`));
  return false;
}

function isCumulative(metric: MetricData, report: ReportError): boolean {
  if (metric.dataPointType === DataPointType.GAUGE) {
    return true;
  }
  if (metric.aggregationTemporality === AggregationTemporality.CUMULATIVE) {
    return true;
  }
  report(
    new ScrapeError(
      'unsupported_point',
      `"${metric.descriptor.name}" has delta temporality, which Prometheus cannot express. Read it with cumulative temporality.`,
    ),
  );
  return false;
}

function toType(metric: MetricData): MetricFamilyType {
  if (metric.dataPointType === DataPointType.SUM) {
    return metric.isMonotonic ? 'counter' : 'gauge';
  }
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}

/** Families in the order their names came up, without those whose metrics disagree about the type. */
class FamilyDrafts {
  readonly #byName = new Map<string, Draft | undefined>();
  readonly #report: ReportError;

  constructor(report: ReportError) {
    this.#report = report;
  }

  add({ name, unit }: { name: string; unit: string }, source: SampleSource): void {
    const type = toType(source.metric);
    const help = source.metric.descriptor.description;
    const known = this.#byName.get(name);
    if (known === undefined) {
      if (!this.#byName.has(name)) {
        this.#byName.set(name, { name, type, help, unit, sources: [source] });
      }
      return;
    }
    if (known.type !== type) {
      this.#byName.set(name, undefined);
      this.#report(typeConflict(name, known.type, type));
      return;
    }
    known.sources.push(source);
    if (help !== '' && known.help === '') {
      this.#byName.set(name, { ...known, help });
    } else if (help !== '' && known.help !== help) {
      this.#report(helpConflict(name));
    }
  }

  all(): Draft[] {
    return [...this.#byName.values()].filter((draft) => draft !== undefined);
  }
}

function toFamilies(drafts: readonly Draft[], target: LabelSet | undefined, report: ReportError): MetricFamily[] {
  const info = { name: TARGET_INFO, type: 'info', help: 'Target metadata', unit: '', sources: [] } as const;
  const hasTarget = target !== undefined && target.labels.length > 0;
  const all: readonly Draft[] = hasTarget ? [{ ...info, sources: [] }, ...drafts] : drafts;
  const names = resolveNames(all, (family, newName) => {
    report(renamed(family, newName));
  });
  return all.flatMap((draft) => {
    const name = names.get(draft);
    if (name === undefined) {
      return [];
    }
    const { help, unit, sources } = draft;
    const samples = hasTarget && draft.type === 'info' ? () => targetSamples(target) : () => mergeSamples(sources);
    return [{ ...name, help, unit, samples }];
  });
}

// oxlint-disable-next-line require-yield -- it has the shape of the families that can pause
function* targetSamples(labels: LabelSet): Generator<undefined, Sample[]> {
  return [{ labels, value: 1, startTimeMillis: 0, attributes: {}, instrument: TARGET_INFO }];
}

function renamed({ name, type }: NamedFamily, newName: string): ScrapeError {
  return new ScrapeError(
    'name_clash',
    `The ${type} "${name}" has a name that another metric writes; it is exposed as "${newName}". Rename one of the instruments.`,
  );
}

function typeConflict(name: string, first: string, second: string): ScrapeError {
  const message = `"${name}" is a ${first} and a ${second}; neither is exposed. Rename one of the instruments.`;
  return new ScrapeError('type_conflict', message);
}

function helpConflict(name: string): ScrapeError {
  return new ScrapeError('metadata_conflict', `"${name}" has several descriptions; the first one is exposed.`);
}

function toPredicate(keys: FamilyOptions['resourceConstantLabels']): ((key: string) => boolean) | undefined {
  return keys instanceof RegExp ? (key) => key.search(keys) >= 0 : keys;
}

function ignore(): void {}
