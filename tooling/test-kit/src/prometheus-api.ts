/** State of one target as Prometheus sees it. */
export interface TargetState {
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

/** One element of a query's answer. */
export interface QuerySample {
  readonly labels: Readonly<Record<string, string>>;
  /** Not a number for a native histogram: see `histogram`. */
  readonly value: number;
  readonly histogram?: { readonly count: string; readonly sum: string };
}

/** One stored exemplar and the series it belongs to. */
export interface QueriedExemplar {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** Asks the HTTP API of Prometheus; throws what it says when it refuses. */
export async function ask(url: string, path: string, parameters: Record<string, string>): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
  const answer = toRecord(await response.json());
  if (answer['status'] !== 'success') {
    throw new Error(`prometheus ${path}: ${String(answer['error'])}`);
  }
  return answer['data'];
}

export function toSamples(data: unknown): QuerySample[] {
  const { result, resultType } = toRecord(data);
  if (resultType === 'scalar') {
    return [{ labels: {}, value: Number(toList(result)[1]) }];
  }
  return toList(result).map(toSample);
}

function toSample(entry: unknown): QuerySample {
  const { metric, value, histogram } = toRecord(entry);
  const labels = toLabels(metric);
  if (histogram === undefined) {
    return { labels, value: Number(toList(value)[1]) };
  }
  const { count, sum } = toRecord(toList(histogram)[1]);
  return { labels, value: Number.NaN, histogram: { count: String(count), sum: String(sum) } };
}

export function toTargets(data: unknown): TargetState[] {
  return toList(toRecord(data)['activeTargets']).map((entry) => {
    const { scrapeUrl, health, lastError } = toRecord(entry);
    const known = health === 'up' || health === 'down' ? health : 'unknown';
    return { scrapeUrl: String(scrapeUrl), health: known, lastError: String(lastError) };
  });
}

export function toExemplars(data: unknown): QueriedExemplar[] {
  return toList(data).flatMap((entry) => {
    const { seriesLabels, exemplars } = toRecord(entry);
    return toList(exemplars).map((exemplar) => {
      const { labels, value, timestamp } = toRecord(exemplar);
      return {
        seriesLabels: toLabels(seriesLabels),
        labels: toLabels(labels),
        value: Number(value),
        timestamp: Number(timestamp),
      };
    });
  });
}

function toRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`not an object: ${JSON.stringify(value)}`);
  }
  return { ...value };
}

function toList(value: unknown): unknown[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`not a list: ${JSON.stringify(value)}`);
  }
  return value;
}

function toLabels(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(toRecord(value)).map(([name, text]) => [name, String(text)]));
}
