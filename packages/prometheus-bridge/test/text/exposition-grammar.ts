/** One line with a value. */
interface ParsedSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly exemplar?: {
    readonly labels: ReadonlyMap<string, string>;
    readonly value: number;
    readonly seconds: number;
  };
}

/** A family as its comment lines and samples say. */
export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

export type Dialect = 'prometheus' | 'openmetrics';

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const QUOTED = String.raw`"(?:[^"\\\n]|\\[\\"n])*"`;
const LABEL = `(?:[a-zA-Z_][a-zA-Z0-9_]*|${QUOTED})=${QUOTED}`;
const NUMBER = String.raw`(?:NaN|[+-]Inf|-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)`;
const LABELS = `(?:${LABEL}(?:,${LABEL})*)?`;
const EXEMPLAR = String.raw`(?: # \{(?<exemplar>${LABELS})\} (?<exemplarValue>${NUMBER}) (?<exemplarSeconds>[0-9]+\.[0-9]{3}))?`;
const SAMPLE = new RegExp(
  String.raw`^(?:(?<name>${NAME})(?:\{(?<labels>${LABELS})\})?|\{(?<quoted>${QUOTED})(?:,(?<more>${LABELS}))?\}) (?<value>${NUMBER})${EXEMPLAR}$`,
  'u',
);
const COMMENT = new RegExp(String.raw`^# (?<kind>HELP|TYPE|UNIT) (?<name>${NAME}|${QUOTED}) (?<text>.*)$`, 'su');
const PAIR = new RegExp(`(?<name>[a-zA-Z_][a-zA-Z0-9_]*|${QUOTED})=(?<value>${QUOTED})`, 'gu');

const TYPES = {
  prometheus: ['counter', 'gauge', 'histogram'],
  openmetrics: ['counter', 'gauge', 'histogram', 'info', 'unknown'],
};
const SUFFIXES: Readonly<Record<Dialect, Readonly<Record<string, readonly string[]>>>> = {
  prometheus: { counter: [''], gauge: [''], histogram: ['_bucket', '_sum', '_count'] },
  openmetrics: {
    counter: ['_total', '_created'],
    gauge: [''],
    unknown: [''],
    info: ['_info'],
    histogram: ['_bucket', '_sum', '_count', '_created'],
  },
};

/**
 * Parses one answer and throws at the first thing that is not exactly as the format says: a line, an order, a second
 * TYPE line, a series or name written twice, a sample that its family cannot have.
 */
export function parseExposition(text: string, dialect: Dialect): ParsedFamily[] {
  const families: ParsedFamily[] = [];
  const lines = text.split('\n');
  assert(lines.pop() === '', 'ends with a line feed');
  if (dialect === 'openmetrics') {
    assert(lines.pop() === '# EOF', 'ends with # EOF');
  }
  let open: { -readonly [K in keyof ParsedFamily]: ParsedFamily[K] } | undefined;
  for (const line of lines) {
    const comment = line.startsWith('#') ? readComment(line) : undefined;
    if (comment === undefined) {
      assert(open !== undefined && open.type !== '', `a TYPE line comes before ${line}`);
      open.samples.push(readSample(line));
      continue;
    }
    if (open?.name !== comment.name || open.samples.length > 0) {
      open = { name: comment.name, type: '', unit: '', help: '', samples: [] };
      families.push(open);
    }
    const field = comment.kind.toLowerCase() as 'help' | 'type' | 'unit';
    assert(open[field] === '', `one ${comment.kind} of ${comment.name}`);
    open[field] = comment.text;
  }
  checkFamilies(families, dialect);
  return families;
}

function readComment(line: string): { kind: string; name: string; text: string } {
  const groups = COMMENT.exec(line)?.groups;
  assert(groups !== undefined, `a comment: ${line.slice(0, 200)}`);
  return { kind: groups['kind']!, name: unquote(groups['name']!), text: groups['text']! };
}

function readSample(line: string): ParsedSample {
  const groups = SAMPLE.exec(line)?.groups;
  assert(groups !== undefined, `a sample: ${line.slice(0, 200)}`);
  const name = groups['name'] ?? unquote(groups['quoted']!);
  const sample = {
    name,
    labels: readLabels(groups['labels'] ?? groups['more'] ?? ''),
    value: toNumber(groups['value']!),
  };
  if (groups['exemplarValue'] === undefined) {
    return sample;
  }
  const labels = readLabels(groups['exemplar'] ?? '');
  const seconds = Number(groups['exemplarSeconds']);
  return { ...sample, exemplar: { labels, value: toNumber(groups['exemplarValue']), seconds } };
}

function readLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>();
  for (const { groups } of text.matchAll(PAIR)) {
    const name = unquote(groups!['name']!);
    assert(!labels.has(name), `one label ${name}`);
    labels.set(name, unquote(groups!['value']!));
  }
  return labels;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) {
    return text;
  }
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function toNumber(text: string): number {
  return text.endsWith('Inf') ? Number(`${text[0]}Infinity`) : Number(text);
}

function checkFamilies(families: readonly ParsedFamily[], dialect: Dialect): void {
  const names = new Set<string>();
  const series = new Set<string>();
  for (const { name, type, unit, samples } of families) {
    assert(TYPES[dialect].includes(type), `a type: ${type} of ${name}`);
    assert(unit === '' || name.endsWith(`_${unit}`), `${name} ends with its unit ${unit}`);
    const suffixes = SUFFIXES[dialect][type]!;
    for (const claimed of new Set(['', ...suffixes].map((suffix) => name + suffix))) {
      assert(!names.has(claimed), `${claimed} belongs to one family`);
      names.add(claimed);
    }
    for (const sample of samples) {
      assert(
        suffixes.some((suffix) => sample.name === name + suffix),
        `${sample.name} is a sample of ${name}`,
      );
      const key = JSON.stringify([sample.name, sortedLabels(sample)]);
      assert(!series.has(key), `the series ${key.slice(0, 200)} comes once`);
      series.add(key);
      assert(sample.labels.has('le') === sample.name.endsWith('_bucket') || type !== 'histogram', `le on buckets only`);
      checkExemplar(sample, type);
    }
    if (type === 'histogram') {
      checkBuckets(samples);
    }
  }
}

function sortedLabels({ labels }: ParsedSample): [string, string][] {
  return [...labels].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function checkExemplar({ name, exemplar }: ParsedSample, type: string): void {
  if (exemplar === undefined) {
    return;
  }
  assert(type === 'counter' || name.endsWith('_bucket'), `${name} may have an exemplar`);
  const characters = [...exemplar.labels].flat().reduce((total, text) => total + Array.from(text).length, 0);
  assert(characters <= 128, `the exemplar of ${name} has at most 128 characters`);
}

/** Within a series bounds rise, counts never fall, and the last bound is infinite. */
function checkBuckets(samples: readonly ParsedSample[]): void {
  const last = new Map<string, { bound: number; count: number }>();
  for (const sample of samples.filter(({ name }) => name.endsWith('_bucket'))) {
    const { labels, value } = sample;
    const key = JSON.stringify(sortedLabels(sample).filter(([name]) => name !== 'le'));
    const bound = toNumber(labels.get('le')!);
    const before = last.get(key);
    assert(before === undefined || (bound > before.bound && value >= before.count), `buckets of ${key} rise`);
    last.set(key, { bound, count: value });
  }
  for (const { bound } of last.values()) {
    assert(bound === Infinity, 'the last bucket is +Inf');
  }
}

function assert(isTrue: boolean, claim: string): asserts isTrue {
  if (!isTrue) {
    throw new Error(`not so: ${claim}`);
  }
}
