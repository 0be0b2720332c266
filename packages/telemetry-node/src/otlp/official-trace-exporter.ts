import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import { context, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { suppressTracing, type ExportResult } from '@opentelemetry/core';
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Exporter, ShutdownSignals } from '../export/exporter.ts';
import { createFailure, isCollectorAbsent, type ExportFailure } from '../health/export-failure.ts';
import type { ExportOutcome } from '../health/exporter-monitor.ts';
import { VERSION } from '../start/version.ts';
import { HttpTransport } from '../transport/http-transport.ts';
import { failureOfThrown, type SendResult, type UnsentRequest } from '../transport/transport.ts';
import { createWatchingAgent, type WatchingAgent } from '../transport/watching-agent.ts';
import { serializers } from './official-serializers.ts';
import { toOutcome } from './otlp-exporter.ts';

/** The official exporter takes no 0 for "no bound": this is the longest timer of Node, 24 days. */
const NO_TIMEOUT_MILLIS = 2 ** 31 - 1;

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
 * OpenTelemetry's `OTLPTraceExporter`, which encodes, sends and retries by its own rules. It answers with success or an
 * error alone; why a request failed and what a collector rejected is seen by its agent, which is ours.
 */
export class OfficialTraceExporter implements Exporter<readonly ReadableSpan[]> {
  readonly #options: OfficialTraceExporterOptions;
  readonly #context: Context = suppressTracing(ROOT_CONTEXT);
  readonly #loading: Promise<OTLPTraceExporter>;
  #agent: WatchingAgent | undefined;
  #requests = 0;
  #last: SendResult | undefined;
  /** Present once nothing more is sent. */
  #end: ExportFailure | undefined;
  #settle: ((outcome: ExportOutcome) => void) | undefined;

  /** Loading begins at once, so that the first batch need not wait for it. */
  constructor(options: OfficialTraceExporterOptions) {
    this.#options = options;
    this.#loading = this.#load();
    this.#loading.catch(() => undefined);
    const { closing, aborted } = options.signals;
    closing.addEventListener('abort', () => {
      this.#stopWaiting();
    });
    aborted.addEventListener('abort', () => {
      this.close();
    });
  }

  async export(spans: readonly ReadableSpan[]): Promise<ExportOutcome> {
    try {
      await this.#options.ready();
      const exporter = await this.#loading;
      return await this.#run(exporter, [...spans]);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { ok: false, failure: createFailure('internal', `exporting failed: ${text}`) };
    }
  }

  prepare(spans: readonly ReadableSpan[]): UnsentRequest | undefined {
    const body = serializers().ProtobufTraceSerializer.serializeRequest([...spans]);
    return body === undefined ? undefined : new HttpTransport(this.#options.config).prepare(body);
  }

  close(): void {
    const seen = this.#last?.ok === false ? this.#last.failure : undefined;
    this.#giveUp(seen ?? createFailure('timeout', 'given up at the end of shutdown'));
  }

  async #load(): Promise<OTLPTraceExporter> {
    const { config, timeoutMillis } = this.#options;
    const [{ OTLPTraceExporter: Official }, { CompressionAlgorithm }] = await Promise.all([
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/otlp-exporter-base'),
    ]);
    return new Official({
      url: config.endpoint,
      timeoutMillis: timeoutMillis === 0 ? NO_TIMEOUT_MILLIS : timeoutMillis,
      compression: config.compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
      userAgent: `dcc-mcp-telemetry-node/${VERSION}`,
      httpAgentOptions: () => this.#watchingAgent().agent,
    });
  }

  #watchingAgent(): WatchingAgent {
    const { config, signals } = this.#options;
    this.#agent ??= createWatchingAgent(config, {
      onEnd: (result) => {
        this.#onRequestEnd(result);
      },
      isEnding: () => signals.closing.aborted,
    });
    return this.#agent;
  }

  #run(exporter: OTLPTraceExporter, spans: ReadableSpan[]): Promise<ExportOutcome> {
    if (this.#end !== undefined) {
      return Promise.resolve({ ok: false, failure: this.#end });
    }
    this.#requests = 0;
    this.#last = undefined;
    return new Promise((resolve) => {
      this.#settle = resolve;
      // Suppressed, so that an instrumented http module makes no spans of these requests.
      context.with(this.#context, () => {
        exporter.export(spans, (result) => {
          resolve(this.#toOutcome(result));
        });
      });
    });
  }

  /** The answer itself says more than the exporter does, which takes any answer of 200 for success. */
  #toOutcome({ error }: ExportResult): ExportOutcome {
    return this.#last === undefined ? { ok: false, failure: failureOfThrown(error) } : toOutcome(this.#last);
  }

  #onRequestEnd(result: SendResult): void {
    this.#last = result;
    this.#requests += 1;
    if (result.ok) {
      return;
    }
    if (this.#requests > 1) {
      this.#options.onRetryFailed(result.failure);
    }
    this.#stopWaiting();
  }

  /** Gives up once shutdown has begun and no collector is there: waiting would only delay the end of the process. */
  #stopWaiting(): void {
    const { closing } = this.#options.signals;
    if (closing.aborted && this.#last?.ok === false && isCollectorAbsent(this.#last.failure)) {
      this.#giveUp(this.#last.failure);
    }
  }

  #giveUp(failure: ExportFailure): void {
    this.#end ??= failure;
    this.#settle?.({ ok: false, failure: this.#end });
    this.#agent?.close();
  }
}
