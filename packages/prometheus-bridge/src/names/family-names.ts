/** Types that the formats share; `info` is a gauge where a format does not know it. */
export type MetricFamilyType = 'counter' | 'gauge' | 'histogram' | 'info';

/** A family with the name it would like to have. */
export interface NamedFamily {
  readonly name: string;
  readonly type: MetricFamilyType;
}

/** A family with names that no other family of the scrape can be mistaken for. */
export interface ExposedName {
  /** As it stands in Prometheus text and protobuf; a counter's ends with `_total` when the strategy adds suffixes. */
  readonly name: string;
  readonly type: MetricFamilyType;
  /** As OpenMetrics wants it: counters without `_total`, or of type `unknown` where that cannot be said. */
  readonly openMetrics: { readonly name: string; readonly type: MetricFamilyType | 'unknown' };
}

/** What each type writes beside its name, here or in OpenMetrics. */
const SUFFIXES: Readonly<Record<MetricFamilyType, readonly string[]>> = {
  counter: [],
  gauge: [],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  info: [],
};
const TOTAL = '_total';

/**
 * Gives each family a name that clashes with no series of another. Histograms and counters keep theirs: dashboards
 * know the suffixes; the other one (`h_count` beside the histogram `h`) gets its type appended.
 *
 * Names are the same in all formats, so that a series does not change when Prometheus negotiates another one.
 */
export function resolveNames<T extends NamedFamily>(
  families: readonly T[],
  onRename: (family: T, newName: string) => void,
): Map<T, ExposedName> {
  const taken = new Set<string>();
  const names = new Map<T, string>();
  for (const family of families.toSorted((a, b) => rank(a) - rank(b))) {
    const name = firstFreeName(family, taken);
    if (name !== family.name) {
      onRename(family, name);
    }
    for (const claim of claims(name, family.type)) {
      taken.add(claim);
    }
    names.set(family, name);
  }
  const claimShort = createShortNames(families, names);
  return new Map(families.map((family) => [family, expose(names.get(family) ?? family.name, family.type, claimShort)]));
}

function rank({ type }: NamedFamily): number {
  return ['info', 'histogram', 'counter', 'gauge'].indexOf(type);
}

function firstFreeName({ name, type }: NamedFamily, taken: ReadonlySet<string>): string {
  const isFree = (candidate: string): boolean => claims(candidate, type).every((claim) => !taken.has(claim));
  if (isFree(name)) {
    return name;
  }
  const base = type === 'counter' ? withoutTotal(name) : name;
  const end = type === 'counter' && base !== name ? TOTAL : '';
  for (let count = 1; ; count += 1) {
    const candidate = `${base}_${type}${count === 1 ? '' : `_${count}`}${end}`;
    if (isFree(candidate)) {
      return candidate;
    }
  }
}

function claims(name: string, type: MetricFamilyType): string[] {
  const base = withoutTotal(name);
  const created = type === 'counter' && base !== name ? [`${base}_created`] : [];
  return [name, ...created, ...SUFFIXES[type].map((suffix) => name + suffix)];
}

/** Hands out the short names of counters and infos that OpenMetrics has; false for one that is taken. */
function createShortNames<T extends NamedFamily>(
  families: readonly T[],
  names: ReadonlyMap<T, string>,
): (short: string) => boolean {
  const taken = new Set(families.flatMap((family) => claims(names.get(family) ?? family.name, family.type)));
  return (short) => {
    const isFree = !taken.has(short);
    taken.add(short);
    return isFree;
  };
}

function expose(name: string, type: MetricFamilyType, claimShort: (short: string) => boolean): ExposedName {
  if (type === 'info') {
    const short = name.replace(/_info$/, '');
    const isInfo = short !== name && claimShort(short);
    return { name, type, openMetrics: isInfo ? { name: short, type } : { name, type: 'gauge' } };
  }
  if (type !== 'counter') {
    return { name, type, openMetrics: { name, type } };
  }
  const short = withoutTotal(name);
  const isCounter = short !== name && claimShort(short);
  return { name, type, openMetrics: isCounter ? { name: short, type } : { name, type: 'unknown' } };
}

function withoutTotal(name: string): string {
  return name.endsWith(TOTAL) && name.length > TOTAL.length ? name.slice(0, -TOTAL.length) : name;
}
