import { BoundedMap } from '@dcc-mcp/bounds';
import { diag } from '@opentelemetry/api';
import type { ReportError } from './scrape-error.ts';

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
