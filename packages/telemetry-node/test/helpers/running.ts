import { startOtlpSink, type OtlpSink, type OtlpSinkOptions } from '@dcc-mcp/test-kit/otlp-sink';
import { startTelemetry, type Telemetry } from '../../src/index.ts';

/** Sinks and instances of one test, stopped together. */
export class Running {
  readonly #telemetry: Telemetry[] = [];
  readonly #sinks: OtlpSink[] = [];

  start(...args: Parameters<typeof startTelemetry>): Telemetry {
    const telemetry = startTelemetry(...args);
    this.#telemetry.push(telemetry);
    return telemetry;
  }

  async sink(options: OtlpSinkOptions = {}): Promise<OtlpSink> {
    const sink = await startOtlpSink(options);
    this.#sinks.push(sink);
    return sink;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#telemetry.splice(0).map((telemetry) => telemetry.shutdown({ timeoutMillis: 100 })));
    await Promise.all(this.#sinks.splice(0).map((sink) => sink.close()));
  }
}
