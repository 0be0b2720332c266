import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import type { ProxyEnvironment } from './proxy-environment.ts';

/** What came back from a collector for one request. */
export type SendResult =
  | { readonly ok: true; readonly body: Uint8Array; readonly contentType: string }
  | { readonly ok: false; readonly failure: ExportFailure };

/** One encoded export that someone else has to send: everything a worker thread needs, as plain data. */
export interface UnsentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** As Node's agents take it; absent where the environment names no proxy. */
  readonly proxyEnv?: ProxyEnvironment | undefined;
  readonly tls: { readonly ca?: Uint8Array; readonly key?: Uint8Array; readonly cert?: Uint8Array };
}

/** Carries one encoded request; never throws and never retries. */
export interface OtlpTransport {
  /** Media type that a collector answers in. */
  readonly answerType: string;
  /**
   * @param timeoutMillis Bound of this one request; 0 means none.
   * @param signal Gives the request up at once.
   */
  send(body: Uint8Array, timeoutMillis: number, signal: AbortSignal): Promise<SendResult>;
  /** The request as data, for someone else to send; absent where that cannot be done. */
  prepare?(body: Uint8Array): UnsentRequest;
  close(): void;
}

/** Why a request could not even be made: a certificate file, or another setting. */
export function failureOfThrown(error: unknown): ExportFailure {
  const text = error instanceof Error ? error.message : String(error);
  const isFile = typeof error === 'object' && error !== null && 'path' in error;
  if (!isFile) {
    return createFailure('invalid_configuration', text);
  }
  const action = 'let the OTEL_EXPORTER_OTLP_*CERTIFICATE or _CLIENT_KEY setting name a PEM file that can be read';
  return createFailure('certificate', text, { action });
}
