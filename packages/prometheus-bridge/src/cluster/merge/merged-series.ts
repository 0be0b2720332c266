import type { Attributes } from '@opentelemetry/api';
import { newestExemplar, placeByValue, type Exemplar } from '../../families/exemplar.ts';
import { mergeValues } from '../../families/merge-values.ts';
import { isHistogram, type SampleValue } from '../../families/sample.ts';

type Exemplars = readonly (Exemplar | undefined)[] | undefined;

/** A measured value. */
interface Counted {
  readonly value: SampleValue;
  /** When counting began, in epoch milliseconds. */
  readonly startMillis: number;
}

/** What one worker, or those that ended, measured of one series. */
export interface Part extends Counted {
  readonly exemplars: Exemplars;
}

/** What a worker that lives measured. */
export interface LivePart extends Part {
  /** What the label `worker` says where each has its own series. */
  readonly worker: string;
  /** When the value was told: later is higher. */
  readonly changed: number;
}

/** One series of all workers. */
export class MergedSeries {
  /** The same object at every collection, so that its labels are encoded once. */
  readonly attributes: Attributes;
  /** By what tells the series of one worker from that of another. */
  readonly parts: Map<object, LivePart> = new Map<object, LivePart>();
  readonly #byWorker = new Map<string, Attributes>();
  /** The sum of what workers that ended had counted. */
  retained: Part | undefined;
  /** Whether it is kept though no living worker has it. */
  isReserved = false;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  /** Keeps what a worker that ended had counted. */
  retain(part: Part): void {
    this.retained =
      this.retained === undefined
        ? part
        : { ...addValues(this.retained, part), exemplars: newestOfBoth(this.retained.exemplars, part.exemplars) };
  }

  /** All that was ever counted; `undefined` when nobody is left. */
  total(): Counted | undefined {
    let total: Counted | undefined = this.retained;
    for (const part of this.parts.values()) {
      total = total === undefined ? part : addValues(total, part);
    }
    return total;
  }

  /** The attributes with the label `worker`, the same object each time. */
  attributesOf(worker: string): Attributes {
    const known = this.#byWorker.get(worker) ?? { ...this.attributes, worker };
    this.#byWorker.set(worker, known);
    return known;
  }

  /** The newest of each bucket, whoever kept it. */
  exemplars(): Exemplars {
    const parts = [this.retained, ...this.parts.values()].filter((part) => part !== undefined);
    const newest = parts.map(({ exemplars }) => exemplars).reduce(newestOfBoth, undefined);
    const lists = new Set(parts.map(({ value }) => boundariesOf(value)));
    const boundaries = newest && lists.size > 1 ? boundariesOf(this.total()?.value) : undefined;
    return newest && boundaries ? placeByValue(newest, [...boundaries, Infinity]) : newest;
  }
}

function addValues(first: Counted, second: Counted): Counted {
  return {
    value: mergeValues(first.value, second.value, true),
    startMillis: Math.min(first.startMillis, second.startMillis),
  };
}

function newestOfBoth(first: Exemplars, second: Exemplars): Exemplars {
  if (first === undefined || second === undefined) {
    return first ?? second;
  }
  const buckets = Math.max(first.length, second.length);
  return Array.from({ length: buckets }, (_, bucket) => newestExemplar([first[bucket], second[bucket]]));
}

function boundariesOf(value: SampleValue | undefined): readonly number[] | undefined {
  return typeof value === 'object' && isHistogram(value) ? value.buckets.boundaries : undefined;
}
