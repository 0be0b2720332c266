/** What a caller of this package did wrong; one word so far. */
export type TelemetryErrorCode = 'invalid_option';

/** Thrown for misuse only; a failed export is never an error, it is `health()`. */
export class TelemetryError extends Error {
  override readonly name = 'TelemetryError';
  readonly code: TelemetryErrorCode;

  constructor(code: TelemetryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
