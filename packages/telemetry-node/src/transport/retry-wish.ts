import { isRecord } from '../start/is-record.ts';
import { readFields } from './otlp-response.ts';

/** Statuses of OTLP, "Retryable Response Codes". */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether the same batch may be sent again after this answer. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.has(status);
}

/** The three forms of an HTTP date (RFC 9110, 5.6.7), and ISO 8601: without this check, Node reads a year out of any text. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w: -]+$|^\d{4}-\d{2}-\d{2}T[\w:.+-]+$/;
const HAS_ZONE = /(?:GMT|UTC|Z|[+-]\d{2}:?\d{2})$/;
const RETRY_INFO = 'google.rpc.RetryInfo';
const MILLIS_PER_NANO = 1 / 1_000_000;

/**
 * `Retry-After` in milliseconds (RFC 9110, 10.2.3): seconds or a date. What is past or can't be read asks for nothing: 0.
 */
export function parseRetryAfter(text: string, nowMillis: number): number {
  const value = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    return toWait(Number(value) * 1_000);
  }
  if (!HTTP_DATE.test(value)) {
    return 0;
  }
  // The oldest of the three forms names no zone: it is UTC.
  const date = Date.parse(HAS_ZONE.test(value) ? value : `${value} GMT`);
  return toWait(date - nowMillis);
}

/** `grpc-retry-pushback-ms` in milliseconds; what is negative or can't be read asks for nothing. */
export function parsePushback(text: string): number {
  return /^\s*\d+\s*$/.test(text) ? toWait(Number(text)) : 0;
}

/**
 * The delay of the `google.rpc.RetryInfo` in a `google.rpc.Status`, in milliseconds; `undefined` where there is none.
 *
 * @param status As protobuf: the body of an answer, or the trailer `grpc-status-details-bin`.
 */
export function readRetryInfo(status: Uint8Array): number | undefined {
  try {
    for (const detail of readFields(status).getAll(3)) {
      const any = readFields(toBytes(detail));
      if (
        Buffer.from(toBytes(any.get(1)))
          .toString('utf8')
          .endsWith(RETRY_INFO)
      ) {
        const delay = readFields(toBytes(readFields(toBytes(any.get(2))).get(1)));
        return toWait(toSigned(delay.get(1)) * 1_000 + toSigned(delay.get(2)) * MILLIS_PER_NANO);
      }
    }
  } catch {
    // What is no status asks for nothing.
  }
  return undefined;
}

/** The same of a status as JSON, where a duration is a text such as `1.5s`. */
export function readJsonRetryInfo(status: unknown): number | undefined {
  const details = isRecord(status) && Array.isArray(status['details']) ? status['details'] : [];
  for (const detail of details) {
    if (isRecord(detail) && String(detail['@type']).endsWith(RETRY_INFO)) {
      const seconds = /^(\d+(?:\.\d+)?)s$/.exec(String(detail['retryDelay']))?.[1];
      return seconds === undefined ? 0 : toWait(Number(seconds) * 1_000);
    }
  }
  return undefined;
}

function toWait(millis: number): number {
  return millis > 0 ? millis : 0;
}

/** A varint that stands for a negative number is larger than any positive one. */
function toSigned(value: unknown): number {
  return typeof value === 'number' && value < 2 ** 63 ? value : 0;
}

function toBytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
