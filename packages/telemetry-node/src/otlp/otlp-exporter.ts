import { context, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { tighterTimeout, type ExportedPart, type Exporter, type ShutdownSignals } from '../export/exporter.ts';
import { nextTurn } from '../export/next-turn.ts';
import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import type { ExportOutcome } from '../health/exporter-monitor.ts';
import { parseOtlpResponse, toOneLine } from '../transport/otlp-response.ts';
import type { OtlpTransport, SendResult, UnsentRequest } from '../transport/transport.ts';
import { exportInParts, UNENCODABLE } from './export-parts.ts';
import type { RequestEncoder } from './request-encoder.ts';
import { sendWithRetries } from './send-with-retries.ts';

/** Past it a batch leaves in halves: what gRPC takes by default is 4 MiB. */
const MAX_REQUEST_BYTES = 4_000_000;
/** One record past it is dropped alone, whatever the collector would take. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

export interface OtlpExporterOptions<Batch> {
  readonly encoder: RequestEncoder<Batch>;
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
  readonly ahead?: (waiting: Batch) => Batch;
  readonly #options: OtlpExporterOptions<Batch>;
  readonly #context: Context = suppressTracing(ROOT_CONTEXT);

  constructor(options: OtlpExporterOptions<Batch>) {
    this.#options = options;
    if (options.encoder.ahead !== undefined) {
      this.ahead = options.encoder.ahead;
    }
  }

  async export(batch: Batch, timeoutMillis: number): Promise<readonly ExportedPart[]> {
    const { encoder, ready, timeoutMillis: ownTimeout } = this.#options;
    const bound = tighterTimeout(timeoutMillis, ownTimeout);
    try {
      await ready?.();
      const deadline = bound === 0 ? Infinity : performance.now() + bound;
      // Suppressed, so that an instrumented http module makes no spans of our own requests.
      return await context.with(this.#context, () =>
        exportInParts(batch, {
          parts: encoder.parts,
          isEncodable: (part) => this.#encode(part) instanceof Uint8Array,
          send: (part) => this.#send(part, deadline),
        }),
      );
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const failure = createFailure('internal', `exporting failed: ${text}`);
      return [{ count: encoder.parts.count(batch), outcome: { ok: false, failure } }];
    }
  }

  prepare(batch: Batch): UnsentRequest | undefined {
    const { encoder, transport } = this.#options;
    const rest = encoder.parts.filter(batch, (part) => this.#encode(part) instanceof Uint8Array);
    const body = this.#encode(rest);
    return body instanceof Uint8Array ? transport.prepare?.(body) : undefined;
  }

  close(): void {
    this.#options.transport.close();
  }

  /** The body of one request, or why there is none. */
  #encode(batch: Batch): Uint8Array | ExportFailure {
    const { encode, parts } = this.#options.encoder;
    try {
      const body = encode(batch);
      if (body === undefined) {
        return UNENCODABLE;
      }
      const isLargeRecord = body.length > MAX_REQUEST_BYTES && parts.halves(batch) === undefined;
      if (isLargeRecord) {
        return body.length <= MAX_RECORD_BYTES ? body : UNENCODABLE;
      }
      return withinBound(body);
    } catch {
      return UNENCODABLE;
    }
  }

  /** The same, a slice at a time: whoever is served meanwhile waits for no whole batch. */
  async #encodeInTurns(batch: Batch): Promise<Uint8Array | ExportFailure> {
    const slices = this.#options.encoder.slices?.(batch) ?? [];
    if (slices.length < 2) {
      return this.#encode(batch);
    }
    const bodies: Uint8Array[] = [];
    for (const slice of slices) {
      const body = this.#encode(slice);
      if (!(body instanceof Uint8Array)) {
        return body;
      }
      bodies.push(body);
      await nextTurn();
    }
    return withinBound(Buffer.concat(bodies));
  }

  async #send(batch: Batch, deadline: number): Promise<ExportOutcome> {
    const body = await this.#encodeInTurns(batch);
    if (!(body instanceof Uint8Array)) {
      return { ok: false, failure: body, isUnsent: true };
    }
    const { transport, signals, onRetryFailed } = this.#options;
    const boundMillis = deadline === Infinity ? 0 : Math.max(deadline - performance.now(), 1);
    const send = async (timeoutMillis: number): Promise<ExportOutcome> =>
      toOutcome(await transport.send(body, timeoutMillis, signals.aborted), transport.answerType);
    return sendWithRetries(send, { boundMillis, signals, onRetryFailed });
  }
}

function withinBound(body: Uint8Array): Uint8Array | ExportFailure {
  return body.length <= MAX_REQUEST_BYTES ? body : createFailure('too_large', `a request of ${body.length} bytes`);
}

/**
 * What a request left behind: success, perhaps of a part, or one failure. Whoever answers 2xx has taken the batch, whatever
 * else it says: sending it again would double it.
 *
 * @param answerType Media type that a collector answers in.
 */
export function toOutcome(result: SendResult, answerType: string): ExportOutcome {
  if (!result.ok) {
    return result;
  }
  const { body, contentType } = result;
  const response = parseOtlpResponse(body, contentType);
  if ('invalid' in response) {
    return { ok: true, ...salvageJson(body), oddity: response.invalid };
  }
  const isOther = body.length > 0 && contentType !== '' && !contentType.toLowerCase().startsWith(answerType);
  return {
    ok: true,
    ...response,
    ...(isOther ? { oddity: `the answer is ${toOneLine(contentType, 80)}, not ${answerType}` } : {}),
  };
}

/** JSON under another name may still say what was rejected. */
function salvageJson(body: Uint8Array): { readonly rejected: number; readonly message?: string } {
  const response = parseOtlpResponse(body, 'application/json');
  return 'invalid' in response ? { rejected: 0 } : response;
}
