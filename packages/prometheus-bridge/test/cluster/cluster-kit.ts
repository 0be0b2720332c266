import { PrometheusReader, type ExemplarSource } from '@dcc-mcp/prometheus-bridge';
import {
  createMetricsPrimary,
  createMetricsWorker,
  type MetricsChannel,
  type MetricsPrimary,
  type MetricsPrimaryOptions,
  type MetricsWorker,
  type WorkerLink,
} from '@dcc-mcp/prometheus-bridge/cluster';
import type { Meter } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { ACCEPT, textOf } from '../scrape/scrape-kit.ts';

type Message = Readonly<Record<string, unknown>>;
type Listener = (message: unknown) => void;

/** A wire between primary and worker, serialized as `node:cluster` does by default; it can lose, and it can be cut. */
export class Wire {
  /** Messages of either end that it says no to are lost. */
  keeps: (message: Message) => boolean = () => true;
  /** What the worker sent. */
  readonly sent: Message[] = [];
  readonly primary: MetricsChannel;
  readonly worker: MetricsChannel;
  readonly #closed: (() => void)[] = [];
  #isCut = false;

  constructor() {
    const toPrimary: Listener[] = [];
    const toWorker: Listener[] = [];
    const onClose = (listener: () => void): void => {
      this.#closed.push(listener);
    };
    this.primary = {
      send: (message) => this.#deliver(toWorker, message),
      onMessage: (listener) => toPrimary.push(listener),
      onClose,
    };
    this.worker = {
      send: (message) => {
        this.sent.push(message as Message);
        this.#deliver(toPrimary, message);
      },
      onMessage: (listener) => toWorker.push(listener),
      onClose,
    };
  }

  /** As when the process is killed: nothing arrives any more, not even what is under way. */
  cut(): void {
    this.#isCut = true;
    this.#closed.forEach((listener) => listener());
  }

  #deliver(to: readonly Listener[], message: object): void {
    if (this.#isCut) {
      throw new Error('channel closed');
    }
    if (!this.keeps(message as Message)) {
      return;
    }
    const text = JSON.stringify(message);
    setImmediate(() => {
      if (!this.#isCut) {
        to.forEach((listener) => listener(JSON.parse(text)));
      }
    });
  }
}

export interface TestWorker {
  readonly meter: Meter;
  readonly worker: MetricsWorker;
  readonly wire: Wire;
  readonly link: WorkerLink;
  /** Ends the process without a word. */
  kill(): void;
}

export interface WorkerOptions {
  readonly exemplars?: ExemplarSource;
  readonly views?: ViewOptions[];
  readonly resource?: Resource;
  readonly pushMillis?: number | false;
}

/** A primary whose own scopes and resource stay out of the text, unless they are asked for. */
export function startPrimary(options: MetricsPrimaryOptions = {}): MetricsPrimary {
  return createMetricsPrimary({ scopeLabels: false, targetInfo: false, names: false, onError: () => {}, ...options });
}

export function startWorker(primary: MetricsPrimary, options: WorkerOptions = {}): TestWorker {
  const { views, resource, pushMillis = false, exemplars } = options;
  const reader = new PrometheusReader({ onError: () => {} });
  const provider = new MeterProvider({ readers: [reader], ...(views && { views }), ...(resource && { resource }) });
  const wire = new Wire();
  const link = primary.connect(wire.primary);
  const worker = createMetricsWorker(reader, wire.worker, {
    onError: () => {},
    pushMillis,
    ...(exemplars && { exemplars }),
  });
  return { meter: provider.getMeter('test'), worker, wire, link, kill: () => wire.cut() };
}

/** Lets what is under way arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** The lines of a scrape that are no comments. */
export async function linesOf(
  scraped: Pick<MetricsWorker, 'scrape'>,
  accept: string = ACCEPT.prometheusText,
): Promise<string[]> {
  const text = await textOf(await scraped.scrape(accept));
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
