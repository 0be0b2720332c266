import { within } from '../../scrape/single-flight.ts';
import type { MergedMetric } from '../merge/merged-metric.ts';
import type { MergedMetrics } from '../merge/merged-metrics.ts';
import type { MergedSeries } from '../merge/merged-series.ts';
import { KIND, type CollectCall, type SnapshotPart } from '../wire/messages.ts';
import { fromWireExemplars, fromWireValue, type WireSeries, type WireValue } from '../wire/wire-values.ts';

/** What a source needs of the primary and of its worker. */
export interface SourceContext {
  readonly merged: MergedMetrics;
  /** What the label `worker` says of its worker. */
  readonly worker: string;
  /** Counts up at every value that is told, for all workers. */
  readonly tick: () => number;
  readonly onResource: (attributes: Readonly<Record<string, string>>) => void;
  readonly send: (message: CollectCall) => void;
}

interface KnownSeries {
  readonly metric: MergedMetric;
  readonly series: MergedSeries;
  readonly boundaries: number[];
  readonly startMillis: number;
}

/** Parts of one snapshot: 500 series each. */
const MAX_PARTS = 10_000;

/** The last snapshot of one source of a worker, kept up with what it tells. */
export class WorkerSource {
  readonly #id: string;
  readonly #context: SourceContext;
  readonly #metrics = new Map<number, MergedMetric>();
  readonly #series = new Map<number, KnownSeries>();
  readonly #asked = new Map<number, (isAnswered: boolean) => void>();
  #parts: SnapshotPart[] = [];
  #sequence = 0;
  #nextId = 1;
  /** Whether only a snapshot of everything helps. */
  #isMissing = true;

  constructor(id: string, context: SourceContext) {
    this.#id = id;
    this.#context = context;
    // At once, so that there is a last snapshot from the start. Nobody waits for the answer.
    this.#send(0);
  }

  /** Brings the last snapshot up to now; `false` when the worker cannot, `undefined` when it did not answer in time. */
  async collect(waitMillis: number): Promise<boolean | undefined> {
    const start = performance.now();
    const isAnswered = await this.#ask(waitMillis);
    if (isAnswered !== true || !this.#isMissing) {
      return isAnswered;
    }
    return this.#ask(Math.max(0, waitMillis - (performance.now() - start)));
  }

  /** Keeps what was counted and lets everything else go; who waits is told. */
  end(isComplete: boolean): void {
    for (const each of this.#series.values()) {
      each.metric.remove(each.series, each, true);
    }
    this.#series.clear();
    for (const answered of this.#asked.values()) {
      answered(isComplete);
    }
  }

  failed(answers: number): void {
    this.#asked.get(answers)?.(false);
  }

  /** A part that cannot be read is one that was lost. */
  lost(): void {
    this.#isMissing = true;
    this.#parts = [];
  }

  take(part: SnapshotPart): void {
    const isGap = part.sequence !== this.#sequence + 1;
    const isStart = part.metrics !== undefined;
    this.#sequence = part.sequence;
    if (isStart || isGap) {
      this.#parts = [];
    }
    if (isGap && !(isStart && part.isFull)) {
      this.#isMissing = true;
    }
    if ((isStart || this.#parts.length > 0) && this.#parts.length < MAX_PARTS) {
      this.#parts.push(part);
    }
    if (part.isLast) {
      this.#takeSnapshot(this.#parts);
      this.#asked.get(part.answers ?? 0)?.(true);
    }
  }

  async #ask(waitMillis: number): Promise<boolean | undefined> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<boolean>((answered) => {
      this.#asked.set(id, answered);
      this.#send(id);
    });
    const isAnswered = await within(answer, waitMillis);
    this.#asked.delete(id);
    return isAnswered;
  }

  #send(id: number): void {
    this.#context.send({ [KIND]: 'collect', source: this.#id, id, isFull: this.#isMissing });
  }

  /** A snapshot of changes counts only on top of all that were before. */
  #takeSnapshot(parts: readonly SnapshotPart[]): void {
    this.#parts = [];
    const [first] = parts;
    if (first === undefined || (this.#isMissing && !first.isFull)) {
      return;
    }
    const before = first.isFull ? [...this.#series.values()] : [];
    if (first.isFull) {
      this.#metrics.clear();
      this.#series.clear();
    }
    if (first.resource !== undefined) {
      this.#context.onResource(first.resource);
    }
    try {
      for (const part of parts) {
        this.#apply(part);
      }
      this.#isMissing = false;
    } finally {
      // Only now: a series that stays keeps its place, and its labels with it.
      for (const each of before) {
        each.metric.remove(each.series, each, false);
      }
    }
  }

  #apply({ metrics = [], series = [], values = [], gone = [] }: SnapshotPart): void {
    for (const definition of metrics) {
      this.#metrics.set(definition.id, this.#context.merged.metricOf(definition));
    }
    for (const each of series) {
      this.#define(each);
    }
    for (const value of values) {
      this.#set(value);
    }
    for (const id of gone) {
      const known = this.#series.get(id);
      known?.metric.remove(known.series, known, false);
      this.#series.delete(id);
    }
  }

  #define(definition: WireSeries): void {
    const metric = this.#metrics.get(definition.metric);
    if (metric !== undefined) {
      const { id, startMillis } = definition;
      const [series, boundaries] = [metric.seriesOf(definition), metric.boundariesOf(definition)];
      this.#series.set(id, { metric, series, boundaries, startMillis });
    }
  }

  #set([id, value, exemplars]: WireValue): void {
    const known = this.#series.get(id);
    if (known !== undefined) {
      const { worker, tick } = this.#context;
      known.series.parts.set(known, {
        worker,
        changed: tick(),
        value: fromWireValue(value, known.boundaries),
        startMillis: known.startMillis,
        exemplars: fromWireExemplars(exemplars),
      });
    }
  }
}
