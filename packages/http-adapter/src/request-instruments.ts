import type { Attributes, Meter, MetricOptions, ObservableUpDownCounter } from '@opentelemetry/api';
import { RequestCounter } from './request-counter.ts';
import { RequestHistogram } from './request-histogram.ts';
import { toMethodLabel, RequestSeries, type RequestKind } from './request-series.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const BYTES = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

// Kinds kept free for requests that no route matched and for `_other`.
const RESERVED_KINDS = 200;

/** Options of the instruments of request metrics. */
export interface RequestInstrumentOptions {
  readonly meter: Meter;
  /** What stands before the ContextForge names, with its underscore; empty for nothing. */
  readonly prefix: string;
  /** Labels of `app_info`. */
  readonly customLabels: Readonly<Record<string, string>>;
  readonly seriesBudget: number;
}

/** What is known of a request when it is over. */
export interface FinishedRequest extends RequestKind {
  /** Absent for a stream: its life is no request duration. */
  readonly durationSeconds?: number | undefined;
  readonly requestBytes?: number | undefined;
  readonly responseBytes?: number | undefined;
}

function histogram(unit: 's' | 'By', description: string): MetricOptions {
  return { unit, description, advice: { explicitBucketBoundaries: unit === 's' ? SECONDS : BYTES } };
}

const DURATION = histogram('s', 'Time of HTTP requests; the life of a stream is never one.');
const REQUEST_SIZE = histogram('By', 'Size of HTTP request bodies.');
const RESPONSE_SIZE = histogram('By', 'Size of HTTP response bodies.');
const REQUESTS: MetricOptions = { unit: '{request}', description: 'HTTP requests answered, streams included.' };
const ACTIVE: MetricOptions = { unit: '{request}', description: 'HTTP requests in progress, streams left out.' };
const APP_INFO: MetricOptions = { description: 'Always 1; the labels are the configured custom labels.' };
const OVERFLOW: MetricOptions = {
  unit: '{measurement}',
  description: 'Measurements put under `_other` because the instrument had used up its series budget.',
};

const INVALID: MetricOptions = {
  unit: '{value}',
  description: 'Values dropped because they were not what the instrument measures.',
};

/** Numbers in progress by attribute set; counted here and read at collection, which costs next to nothing per request. */
class ActiveRequests {
  readonly #counts = new Map<string, { readonly attributes: Attributes; count: number }>();

  add(method: string, scheme: string, change: 1 | -1): void {
    const key = `${scheme} ${method}`;
    const known = this.#counts.get(key);
    if (known !== undefined) {
      known.count += change;
      return;
    }
    const attributes = Object.freeze({ 'http.request.method': method, 'url.scheme': scheme });
    this.#counts.set(key, { attributes, count: change });
  }

  observe(instrument: ObservableUpDownCounter, beforeCollection: () => void): () => void {
    const callback: Parameters<ObservableUpDownCounter['addCallback']>[0] = (result) => {
      beforeCollection();
      for (const { attributes, count } of this.#counts.values()) {
        result.observe(count, attributes);
      }
    };
    instrument.addCallback(callback);
    return () => instrument.removeCallback(callback);
  }
}

/** The instruments of both families: OTel's convention and the names of ContextForge. */
export class RequestInstruments {
  readonly #series: RequestSeries;
  readonly #active = new ActiveRequests();
  readonly #record: (finished: FinishedRequest) => void;
  readonly #stops: readonly (() => void)[];

  constructor({ meter, prefix, customLabels, seriesBudget }: RequestInstrumentOptions) {
    this.#series = new RequestSeries(Math.max(1, seriesBudget - RESERVED_KINDS));
    const requests = new RequestCounter(meter.createCounter(`${prefix}http.requests`, REQUESTS));
    this.#record = createRecord({ meter, prefix, series: this.#series, requests });
    const active = meter.createObservableUpDownCounter('http.server.active_requests', ACTIVE);
    const appInfo = meter.createObservableGauge('app_info', APP_INFO);
    const labels = Object.freeze({ ...customLabels });
    const one: Parameters<typeof appInfo.addCallback>[0] = (result) => result.observe(1, labels);
    appInfo.addCallback(one);
    this.#stops = [
      () => requests.close(),
      this.#active.observe(active, () => requests.flush()),
      () => appInfo.removeCallback(one),
    ];
  }

  changeActive(method: string, scheme: string, change: 1 | -1): void {
    this.#active.add(toMethodLabel(method), scheme, change);
  }

  record(finished: FinishedRequest): void {
    this.#record({ ...finished, method: toMethodLabel(finished.method) });
  }

  stop(): void {
    for (const stop of this.#stops) {
      stop();
    }
  }
}

/** Drops and counts what is no number of bytes: it comes from whoever serves the request. */
function createSizeReader(meter: Meter, instrument: string): (bytes: number | undefined) => number | undefined {
  const invalid = meter.createCounter('dcc_mcp_telemetry_invalid_values', INVALID);
  const attributes = Object.freeze({ instrument });
  invalid.add(0, attributes);
  return (bytes) => {
    if (bytes === undefined || (Number.isFinite(bytes) && bytes >= 0)) {
      return bytes;
    }
    invalid.add(1, attributes);
    return undefined;
  };
}

interface RecordParts {
  readonly meter: Meter;
  readonly prefix: string;
  readonly series: RequestSeries;
  readonly requests: RequestCounter;
}

function createRecord({ meter, prefix, series, requests }: RecordParts): (finished: FinishedRequest) => void {
  const duration = new RequestHistogram(meter.createHistogram('http.server.request.duration', DURATION));
  const requestBody = new RequestHistogram(meter.createHistogram('http.server.request.body.size', REQUEST_SIZE));
  const responseBody = new RequestHistogram(meter.createHistogram('http.server.response.body.size', RESPONSE_SIZE));
  const requestDuration = new RequestHistogram(meter.createHistogram(`${prefix}http.request_duration`, DURATION));
  const requestSize = new RequestHistogram(meter.createHistogram(`${prefix}http.request_size`, REQUEST_SIZE));
  const responseSize = new RequestHistogram(meter.createHistogram(`${prefix}http.response_size`, RESPONSE_SIZE));
  const overflow = meter.createCounter('dcc_mcp_telemetry_overflow', OVERFLOW);
  const overflowed = Object.freeze({ instrument: `${prefix}http.requests` });
  overflow.add(0, overflowed);
  const readRequestSize = createSizeReader(meter, 'http.server.request.body.size');
  const readResponseSize = createSizeReader(meter, 'http.server.response.body.size');
  return (finished) => {
    const attributes = series.find(finished);
    requests.add(attributes.request);
    if (attributes.isOverflow) {
      overflow.add(1, overflowed);
    }
    const { durationSeconds } = finished;
    if (durationSeconds === undefined) {
      return;
    }
    const requestBytes = readRequestSize(finished.requestBytes);
    const responseBytes = readResponseSize(finished.responseBytes);
    duration.record(durationSeconds, attributes.convention);
    requestDuration.record(durationSeconds, attributes.duration);
    if (requestBytes !== undefined) {
      requestBody.record(requestBytes, attributes.convention);
      requestSize.record(requestBytes, attributes.size);
    }
    if (responseBytes !== undefined) {
      responseBody.record(responseBytes, attributes.convention);
      responseSize.record(responseBytes, attributes.size);
    }
  };
}
