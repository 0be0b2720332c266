import { BoundedMap } from '@dcc-mcp/bounds';
import { diag } from '@opentelemetry/api';

/** Why something is missing from an answer, or the answer failed. */
export type ScrapeErrorCode =
  /** The source could not be collected; the scrape answered 500. */
  | 'collection_failed'
  /** Collecting took longer than the handler waits; the scrape answered 503. */
  | 'collection_timeout'
  /**
   * The source gave something that is no metric data; the scrape answered 500, or broke off when it was on its way. Of a
   * worker its last snapshot stands in.
   */
  | 'rendering_failed'
  /** One observable callback failed; everything else was answered. */
  | 'observable_failed'
  /** Two instruments want the same name with different types; neither is exposed. */
  | 'type_conflict'
  /** Two instruments of one name have different descriptions or units; the first is written. */
  | 'metadata_conflict'
  /** An instrument's name is one that a histogram or counter needs; it is exposed under another. */
  | 'name_clash'
  /** The format cannot express the point, its temporality is not cumulative, or it is no metric data; it is left out. */
  | 'unsupported_point'
  /** A worker did not answer in time; what it told last stands in. */
  | 'worker_silent'
  /** A worker sent something that is no message of ours; it is asked for all it has. */
  | 'worker_message';

/** Reported to `onError`; nothing in this package throws it. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
  readonly code: ScrapeErrorCode;

  constructor(code: ScrapeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Takes reports; each cause comes once. */
export type ReportError = (error: ScrapeError) => void;

const MAX_CAUSES = 1_000;

/** Passes each cause on once; by default to the logger of the OpenTelemetry API. */
export function reportOnce(onError: ReportError = toDiag): ReportError {
  const reported = new BoundedMap<string, true>({ maxEntries: MAX_CAUSES, eviction: 'refuse_new' });
  return (error) => {
    const cause = `${error.code} ${error.message}`;
    if (!reported.has(cause) && reported.set(cause, true)) {
      onError(error);
    }
  };
}

const toDiag: ReportError = (error) => {
  diag.warn(`prometheus-bridge: ${error.message}`, { code: error.code });
};
