import type { ExportFailure } from '../export-cause.ts';
import type { UnsentRequest } from './unsent-request.ts';

/** What came back from a collector for one request. */
export type SendResult =
  | { readonly ok: true; readonly body: Uint8Array; readonly contentType: string }
  | { readonly ok: false; readonly failure: ExportFailure };

/** Carries one encoded request; never throws and never retries. */
export interface OtlpTransport {
  /**
   * @param timeoutMillis Bound of this one request; 0 means none.
   * @param signal Gives the request up at once.
   */
  send(body: Uint8Array, timeoutMillis: number, signal: AbortSignal): Promise<SendResult>;
  /** The request as data, for someone else to send; absent where that cannot be done. */
  prepare?(body: Uint8Array): UnsentRequest;
  close(): void;
}
