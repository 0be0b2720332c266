import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { messageOf, ScrapeError, type ReportError } from '../families/scrape-error.ts';
import type { MetricSource } from './scrape.ts';
import { singleFlight, within } from './single-flight.ts';

/** What came of asking the source. */
type Collection =
  | { readonly ok: true; readonly metrics: ResourceMetrics }
  | { readonly ok: false; readonly status: 500 | 503; readonly message: string };

/** Collects; callers that come while a collection is running share it, each for the time it has. */
export type Collect = (timeoutMillis: number) => Promise<Collection>;

/** Longest wait for resource attributes that are still being detected, in milliseconds. */
const MAX_RESOURCE_WAIT_MILLIS = 1_000;

/** Collects from `source`; what goes wrong is reported and in what comes back, never thrown. */
export function createCollector(source: MetricSource, report: ReportError): Collect {
  const collectOnce = singleFlight((timeoutMillis: number) => collect(source, { timeoutMillis, report }));
  return async (timeoutMillis) => (await within(collectOnce(timeoutMillis), timeoutMillis)) ?? timedOut(report);
}

async function collect(
  source: MetricSource,
  { timeoutMillis, report }: { readonly timeoutMillis: number; readonly report: ReportError },
): Promise<Collection> {
  try {
    const result = await within(source.collect({ timeoutMillis }), timeoutMillis);
    if (result === undefined || result.errors.some(isTimeout)) {
      return timedOut(report);
    }
    for (const error of result.errors) {
      report(observableFailed(error));
    }
    const { resource } = result.resourceMetrics;
    if (resource.asyncAttributesPending === true) {
      const wait = Math.min(MAX_RESOURCE_WAIT_MILLIS, timeoutMillis / 2);
      await within(Promise.resolve(resource.waitForAsyncAttributes?.()), wait);
    }
    return { ok: true, metrics: result.resourceMetrics };
  } catch (error) {
    const message = `Collecting the metrics failed: ${messageOf(error)}`;
    report(new ScrapeError('collection_failed', message, { cause: error }));
    return { ok: false, status: 500, message };
  }
}

function timedOut(report: ReportError): Collection {
  const message = 'Collecting the metrics took too long: an observable callback or a metric producer does not finish.';
  report(new ScrapeError('collection_timeout', message));
  return { ok: false, status: 503, message };
}

function observableFailed(error: unknown): ScrapeError {
  return new ScrapeError('observable_failed', `An observable callback failed: ${messageOf(error)}`, { cause: error });
}

/** The SDK's `TimeoutError` has no name of its own, only its class. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'TimeoutError';
}
