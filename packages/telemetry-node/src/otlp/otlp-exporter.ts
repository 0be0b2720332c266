import { context, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { tighterTimeout, type Exporter, type ShutdownSignals } from '../export/exporter.ts';
import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import type { ExportOutcome } from '../health/exporter-monitor.ts';
import { parseOtlpResponse } from '../transport/otlp-response.ts';
import type { OtlpTransport, SendResult, UnsentRequest } from '../transport/transport.ts';
import { sendWithRetries } from './send-with-retries.ts';

export interface OtlpExporterOptions<Batch> {
  readonly encode: (batch: Batch) => Uint8Array | undefined;
  readonly transport: OtlpTransport;
  /** Bound of one export with all its retries; 0 means none. */
  readonly timeoutMillis: number;
  readonly signals: ShutdownSignals;
  /** Told of a failure that is still being retried, once a retry has failed as well. */
  readonly onRetryFailed?: (failure: ExportFailure) => void;
  /** What must have settled before the first batch is encoded. */
  readonly ready?: () => Promise<void>;
}

/** Encodes a batch, sends it, retries as OTLP allows, and says what became of it. */
export class OtlpExporter<Batch> implements Exporter<Batch> {
  readonly #options: OtlpExporterOptions<Batch>;
  readonly #context: Context = suppressTracing(ROOT_CONTEXT);

  constructor(options: OtlpExporterOptions<Batch>) {
    this.#options = options;
  }

  async export(batch: Batch, timeoutMillis: number): Promise<ExportOutcome> {
    try {
      await this.#options.ready?.();
      const body = this.#options.encode(batch);
      if (body === undefined) {
        return { ok: false, failure: createFailure('internal', 'the batch cannot be encoded') };
      }
      const bound = tighterTimeout(timeoutMillis, this.#options.timeoutMillis);
      // Suppressed, so that an instrumented http module makes no spans of our own requests.
      return await context.with(this.#context, () => this.#send(body, bound));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { ok: false, failure: createFailure('internal', `exporting failed: ${text}`) };
    }
  }

  prepare(batch: Batch): UnsentRequest | undefined {
    const body = this.#options.encode(batch);
    return body === undefined ? undefined : this.#options.transport.prepare?.(body);
  }

  close(): void {
    this.#options.transport.close();
  }

  #send(body: Uint8Array, boundMillis: number): Promise<ExportOutcome> {
    const { transport, signals, onRetryFailed } = this.#options;
    const send = async (timeoutMillis: number): Promise<ExportOutcome> =>
      toOutcome(await transport.send(body, timeoutMillis, signals.aborted));
    return sendWithRetries(send, { boundMillis, signals, onRetryFailed });
  }
}

/** What a request left behind: success, perhaps of a part, or one failure. */
export function toOutcome(result: SendResult): ExportOutcome {
  if (!result.ok) {
    return result;
  }
  const response = parseOtlpResponse(result.body, result.contentType);
  if (!('invalid' in response)) {
    return { ok: true, ...response };
  }
  return { ok: false, failure: toInvalidResponse(response.invalid, result.contentType) };
}

function toInvalidResponse(reason: string, contentType: string): ExportFailure {
  const isPage = contentType.startsWith('text/html');
  return createFailure(isPage ? 'proxy' : 'invalid_response', `status 200, but ${reason}`, { statusCode: 200 });
}
