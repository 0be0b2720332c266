import { createFailure, type ExportFailure } from '../export-cause.ts';

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
