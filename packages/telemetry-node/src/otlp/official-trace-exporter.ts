import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import { context, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { suppressTracing, type ExportResult } from '@opentelemetry/core';
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { ExportedPart, Exporter, ShutdownSignals } from '../export/exporter.ts';
import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import type { ExportOutcome } from '../health/exporter-monitor.ts';
import { VERSION } from '../start/version.ts';
import { HttpTransport } from '../transport/http-transport.ts';
import { failureOfThrown, type SendResult, type UnsentRequest } from '../transport/transport.ts';
import { createWatchingAgent, type WatchingAgent } from '../transport/watching-agent.ts';
import { exportInParts, listParts, UNENCODABLE } from './export-parts.ts';
import { toOutcome } from './otlp-exporter.ts';
import { sendWithRetries } from './send-with-retries.ts';

const SPAN_PARTS = listParts<ReadableSpan>();

export interface OfficialTraceExporterOptions {
  readonly config: OtlpExporterConfig;
  /** Bound of one export; 0 means none. */
  readonly timeoutMillis: number;
  readonly signals: ShutdownSignals;
  /** Told of a failure that is still being retried, once a retry has failed as well. */
  readonly onRetryFailed: (failure: ExportFailure) => void;
  /** What must have settled before the first batch is encoded. */
  readonly ready: () => Promise<void>;
}

/**
 * OpenTelemetry's `OTLPTraceExporter`, which encodes and sends. It answers with success or an error alone; why a request
 * failed and what a collector rejected is seen by its agent, which is ours. So is the rule by which it tries again.
 */
export class OfficialTraceExporter implements Exporter<readonly ReadableSpan[]> {
  readonly #options: OfficialTraceExporterOptions;
  readonly #context: Context = suppressTracing(ROOT_CONTEXT);
  readonly #loading: Promise<OTLPTraceExporter>;
  #agent: WatchingAgent | undefined;
  #last: SendResult | undefined;
  /** Ends the try that is under way. */
  #giveUp: (() => void) | undefined;

  /** Loading begins at once, so that the first batch need not wait for it. */
  constructor(options: OfficialTraceExporterOptions) {
    this.#options = options;
    this.#loading = this.#load();
    this.#loading.catch(() => undefined);
  }

  async export(spans: readonly ReadableSpan[]): Promise<readonly ExportedPart[]> {
    const { ready, timeoutMillis } = this.#options;
    try {
      await ready();
      const exporter = await this.#loading;
      const deadline = timeoutMillis === 0 ? Infinity : performance.now() + timeoutMillis;
      // Suppressed, so that an instrumented http module makes no spans of these requests.
      return await context.with(this.#context, () =>
        exportInParts(spans, {
          parts: SPAN_PARTS,
          isEncodable,
          send: (part) => this.#sendWithRetries(exporter, part, deadline),
        }),
      );
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const failure = createFailure('internal', `exporting failed: ${text}`);
      return [{ count: spans.length, outcome: { ok: false, failure } }];
    }
  }

  prepare(spans: readonly ReadableSpan[]): UnsentRequest | undefined {
    const body = encode(SPAN_PARTS.filter(spans, isEncodable));
    return body === undefined ? undefined : new HttpTransport(this.#options.config).prepare(body);
  }

  close(): void {
    this.#giveUp?.();
    this.#agent?.close();
  }

  async #load(): Promise<OTLPTraceExporter> {
    const { config, timeoutMillis } = this.#options;
    const { createOfficialExporter } = await import('./official-exporter.ts');
    return createOfficialExporter({
      config,
      timeoutMillis,
      userAgent: `dcc-mcp-telemetry-node/${VERSION}`,
      agent: () => this.#watchingAgent().agent,
    });
  }

  #watchingAgent(): WatchingAgent {
    this.#agent ??= createWatchingAgent(this.#options.config, (result) => {
      this.#last = result;
    });
    return this.#agent;
  }

  #sendWithRetries(
    exporter: OTLPTraceExporter,
    spans: readonly ReadableSpan[],
    deadline: number,
  ): Promise<ExportOutcome> {
    const { signals, onRetryFailed } = this.#options;
    const boundMillis = deadline === Infinity ? 0 : Math.max(deadline - performance.now(), 1);
    const send = (timeoutMillis: number): Promise<ExportOutcome> => this.#send(exporter, spans, timeoutMillis);
    return sendWithRetries(send, { boundMillis, signals, onRetryFailed });
  }

  /** One try. The exporter bounds how long a connection is silent; how long all takes is bounded here. */
  #send(exporter: OTLPTraceExporter, spans: readonly ReadableSpan[], timeoutMillis: number): Promise<ExportOutcome> {
    const { aborted } = this.#options.signals;
    this.#last = undefined;
    return new Promise((resolve) => {
      const finish = (outcome: ExportOutcome): void => {
        clearTimeout(timer);
        aborted.removeEventListener('abort', giveUp);
        this.#giveUp = undefined;
        resolve(outcome);
      };
      const stop = (message: string): void => {
        finish({ ok: false, failure: createFailure('timeout', message) });
        this.#agent?.cancel();
      };
      const giveUp = (): void => {
        stop('given up at the end of shutdown');
      };
      const late = (): void => {
        stop(`no answer within ${timeoutMillis} ms`);
      };
      const timer = timeoutMillis === 0 ? undefined : setTimeout(late, timeoutMillis).unref();
      this.#giveUp = giveUp;
      aborted.addEventListener('abort', giveUp);
      if (aborted.aborted) {
        giveUp();
        return;
      }
      try {
        exporter.export([...spans], (result) => {
          finish(this.#toOutcome(result));
        });
      } catch {
        // It encodes before it returns.
        finish({ ok: false, failure: UNENCODABLE });
      }
    });
  }

  /** The answer itself says more than the exporter does, which takes any answer of 200 for success. */
  #toOutcome({ error }: ExportResult): ExportOutcome {
    return this.#last === undefined
      ? { ok: false, failure: failureOfThrown(error) }
      : toOutcome(this.#last, 'application/x-protobuf');
  }
}

function isEncodable(spans: readonly ReadableSpan[]): boolean {
  return encode(spans) !== undefined;
}

/** The body of a request, `undefined` when there is none. */
function encode(spans: readonly ReadableSpan[]): Uint8Array | undefined {
  try {
    return ProtobufTraceSerializer.serializeRequest([...spans]);
  } catch {
    return undefined;
  }
}
