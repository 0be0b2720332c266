import type { Attributes, Histogram } from '@opentelemetry/api';

/** A series that was looked up once. */
interface BoundSeries {
  record(value: number): void;
}

/** A histogram whose series can be bound, as those of `@dcc-mcp/telemetry-node` are. */
interface BindableHistogram extends Histogram {
  bind(attributes: Attributes): BoundSeries;
}

function isBindable(histogram: Histogram): histogram is BindableHistogram {
  return 'bind' in histogram && typeof histogram.bind === 'function';
}

/** Records into a histogram; where its series can be bound, each is looked up once and not with every measurement. */
export class RequestHistogram {
  readonly #histogram: Histogram;
  readonly #series = new Map<Attributes, BoundSeries>();

  constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  /** @param attributes The same object for equal attributes: they are told apart by identity. */
  record(value: number, attributes: Attributes): void {
    let series = this.#series.get(attributes);
    if (series === undefined) {
      series = this.#bind(attributes);
      this.#series.set(attributes, series);
    }
    series.record(value);
  }

  #bind(attributes: Attributes): BoundSeries {
    const histogram = this.#histogram;
    return isBindable(histogram)
      ? histogram.bind(attributes)
      : { record: (value) => histogram.record(value, attributes) };
  }
}
