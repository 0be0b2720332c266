// A scrape (Prometheus text 0.0.4) as families of samples.

export interface Sample {
  /** With `_bucket`, `_sum` or `_count` where it is part of a histogram. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const LINE = /^(?<name>[\w:]+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

function toSample(line: string): Sample {
  const { name, labels = '', value } = LINE.exec(line)?.groups ?? {};
  if (name === undefined) {
    throw new Error(`not a sample: ${line}`);
  }
  return {
    name,
    labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, text]) => [key, text])),
    value: Number(value),
  };
}

/** Reads every family of a scrape, by name. @throws {Error} For a line that is no sample, or that no `# TYPE` announced. */
export function readFamilies(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, { readonly name: string; readonly type: string; readonly samples: Sample[] }>();
  let current: Sample[] | undefined;
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, what, name = '', type = ''] = line.split(' ');
    if (line.startsWith('#')) {
      if (what === 'TYPE') {
        current = [];
        families.set(name, { name, type, samples: current });
      }
    } else if (current === undefined) {
      throw new Error(`no TYPE before ${line}`);
    } else {
      current.push(toSample(line));
    }
  }
  return families;
}

/** Whether something was measured: a value other than 0, in a histogram a count. */
export function isFed({ type, samples }: Family): boolean {
  return samples.some(({ name, value }) => value !== 0 && (type !== 'histogram' || name.endsWith('_count')));
}

/** Series of a family: a histogram counts once. */
export function countSeries({ type, samples }: Family): number {
  return type === 'histogram' ? samples.filter(({ name }) => name.endsWith('_count')).length : samples.length;
}

/** Sum of the samples called `name` that have these labels. */
export function total(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const samples = [...families.values()].flatMap((family) => family.samples.filter((sample) => sample.name === name));
  return samples
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
