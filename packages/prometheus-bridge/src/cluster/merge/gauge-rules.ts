/**
 * What is shown of a gauge that several workers have:
 * their `sum`; the `max`, `min` or `average`; the value that changed `last`; or `each`, one series per worker with the
 * label `worker` (`primary`, or the worker's place: `1`, `2`, …, which its successor takes over).
 */
export type GaugeRule = 'sum' | 'max' | 'min' | 'average' | 'last' | 'each';

/** What a rule may be chosen by. */
export interface GaugeTraits {
  /** OpenTelemetry name of the instrument. */
  readonly name: string;
  readonly unit: string;
  /** True for up-down counters: their values are made to be added. */
  readonly isUpDownCounter: boolean;
}

/**
 * Rules by OpenTelemetry name of the instrument. What has none is added when it is an up-down counter; of a gauge the
 * highest value is shown, so that information metrics stay 1 and nothing flaps.
 */
export type GaugeRules = Readonly<Record<string, GaugeRule>> | ((gauge: GaugeTraits) => GaugeRule | undefined);

const RULES: ReadonlySet<unknown> = new Set<GaugeRule>(['sum', 'max', 'min', 'average', 'last', 'each']);

/**
 * Makes the choice of rules.
 *
 * @throws {TypeError} When a rule is none of the six.
 */
export function toGaugeRules(rules: GaugeRules = {}): (gauge: GaugeTraits) => GaugeRule {
  if (typeof rules === 'function') {
    return (gauge) => rules(gauge) ?? defaultRule(gauge);
  }
  const byName = new Map(Object.entries(rules));
  for (const [name, rule] of byName) {
    if (!RULES.has(rule)) {
      throw new TypeError(`The rule of the gauge "${name}" must be one of ${[...RULES].join(', ')}, got "${rule}".`);
    }
  }
  return (gauge) => byName.get(gauge.name) ?? defaultRule(gauge);
}

function defaultRule({ isUpDownCounter }: GaugeTraits): GaugeRule {
  return isUpDownCounter ? 'sum' : 'max';
}

/** A value of one worker, and when it changed: higher is later. */
interface Reading {
  readonly value: number;
  readonly changed: number;
}

/** Makes one value of those of all workers; of none, `NaN`. */
export function combine(rule: Exclude<GaugeRule, 'each'>, readings: readonly Reading[]): number {
  return COMBINATIONS[rule](readings);
}

const COMBINATIONS: Readonly<Record<Exclude<GaugeRule, 'each'>, (readings: readonly Reading[]) => number>> = {
  sum: (readings) => sum(valuesOf(readings)),
  average: (readings) => sum(valuesOf(readings)) / readings.length,
  max: (readings) => preferred(readings, (one, other) => one.value > other.value),
  min: (readings) => preferred(readings, (one, other) => one.value < other.value),
  last: (readings) => preferred(readings, (one, other) => one.changed > other.changed),
};

/** What is no number gives way to what is one. */
function preferred(readings: readonly Reading[], isBetter: (one: Reading, other: Reading) => boolean): number {
  const numbers = readings.filter(({ value }) => !Number.isNaN(value));
  return (
    numbers.reduce<Reading | undefined>((best, each) => (best && !isBetter(each, best) ? best : each), undefined)
      ?.value ?? Number.NaN
  );
}

function valuesOf(readings: readonly Reading[]): number[] {
  return readings.map(({ value }) => value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
