import type { Meter } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExemplarSource } from '../families/exemplar.ts';
import { createFamilyBuilder, type FamilyOptions } from '../families/metric-families.ts';
import type { RenderStep } from '../families/renderer.ts';
import { messageOf, reportOnce, ScrapeError, type ReportError } from '../families/scrape-error.ts';
import { renderProtobuf } from '../protobuf/protobuf-renderer.ts';
import { OPEN_METRICS, PROMETHEUS_TEXT } from '../text/text-dialect.ts';
import { createTextRenderer } from '../text/text-renderer.ts';
import { createCollector } from './collector.ts';
import { inSlices } from './event-loop.ts';
import { guardExemplars } from './guard-exemplars.ts';
import { refusal } from './refusal.ts';
import { gzip, toBody } from './scrape-body.ts';
import { readScrapeRequest, type AcceptedScrape } from './scrape-request.ts';
import type { MetricSource, ScrapeHandler, ScrapeResult } from './scrape.ts';
import { createScrapeRecorder, type FinishedScrape } from './self-metrics.ts';

/** Options of {@link createScrapeHandler}. */
export interface ScrapeHandlerOptions extends FamilyOptions {
  /** Where exemplars come from; default: there are none. */
  readonly exemplars?: ExemplarSource;
  /** Whether to say when counting began (`_created` in OpenMetrics, a field in protobuf); default true. */
  readonly withStartTimestamps?: boolean;
  /** Meter for the instruments that tell of the scrapes themselves; without it there are none. */
  readonly selfMeter?: Meter;
  /** Told of each finished scrape. */
  readonly onScraped?: (scrape: FinishedScrape) => void;
  /** How long a scrape may take that does not say so itself; default 10,000, as Prometheus waits. */
  readonly timeoutMillis?: number;
  /** Monotonic clock in milliseconds; default `performance.now`. */
  readonly now?: () => number;
}

/** Time kept for sending the answer, as a share of what the client waits. */
const COLLECTION_SHARE = 0.9;

/**
 * Answers scrapes from any source of metrics. Scrapes that come while one is being collected share that collection,
 * each in the format it asked for.
 */
export function createScrapeHandler(source: MetricSource, options: ScrapeHandlerOptions = {}): ScrapeHandler {
  const { timeoutMillis = 10_000, now = () => performance.now() } = options;
  const report = reportOnce(options.onError);
  const collect = createCollector(source, report);
  const render = createRender(options, report);
  const record = createScrapeRecorder(options.selfMeter);
  return {
    async scrape(request = {}) {
      const start = now();
      const asked = readScrapeRequest(typeof request === 'string' ? { accept: request } : request, timeoutMillis);
      if (!asked.ok) {
        return refusal(asked.status, asked.message, request);
      }
      const collection = await collect(asked.timeoutMillis * COLLECTION_SHARE);
      if (!collection.ok) {
        return refusal(collection.status, collection.message, request);
      }
      if (asked.isHead) {
        return { status: 200, headers: toHeaders(asked, undefined), body: undefined };
      }
      const rendering = render(collection.metrics, asked);
      try {
        const body = await toBody(inSlices(rendering.steps, now, start), (bytes) => {
          const scraped = { durationSeconds: (now() - start) / 1_000, bytes, series: rendering.series() };
          record(scraped);
          options.onScraped?.(scraped);
        });
        const encoded = asked.isGzip ? await gzip(body) : body;
        return { status: 200, headers: toHeaders(asked, encoded), body: encoded };
      } catch (error) {
        return refusal(500, renderingFailed(error), request);
      }
    },
  };
}

interface Rendering {
  readonly steps: Generator<RenderStep, void>;
  /** Series rendered; known when the steps are done. */
  readonly series: () => number;
}

type Render = (metrics: ResourceMetrics, asked: AcceptedScrape) => Rendering;

function createRender(options: ScrapeHandlerOptions, report: ReportError): Render {
  const toFamilies = createFamilyBuilder({ ...options, onError: report });
  const renderers = {
    'prometheus-text': createTextRenderer(PROMETHEUS_TEXT),
    'openmetrics-text': createTextRenderer(OPEN_METRICS),
    'prometheus-protobuf': renderProtobuf,
  };
  const exemplars = options.exemplars && guardExemplars(options.exemplars);
  return (metrics, { format }) => {
    let series = 0;
    function* run(): Generator<RenderStep, void> {
      try {
        const families = toFamilies(metrics, format.escaping);
        series = yield* renderers[format.type](families, { ...options, ...(exemplars && { exemplars }) });
      } catch (error) {
        report(new ScrapeError('rendering_failed', renderingFailed(error), { cause: error }));
        throw error;
      }
    }
    return { steps: run(), series: () => series };
  };
}

function renderingFailed(error: unknown): string {
  return `Rendering the metrics failed: ${messageOf(error)}`;
}

function toHeaders({ format, isGzip }: AcceptedScrape, body: ScrapeResult['body']): Record<string, string> {
  return {
    'content-type': format.contentType,
    vary: 'accept, accept-encoding',
    ...(isGzip && { 'content-encoding': 'gzip' }),
    ...(body instanceof Uint8Array && { 'content-length': String(body.length) }),
  };
}
