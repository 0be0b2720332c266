import { isRecord } from '../start/is-record.ts';

/** What a collector's answer of success says. */
export type OtlpResponse = { readonly rejected: number; readonly message?: string } | { readonly invalid: string };

const MAX_MESSAGE_LENGTH = 500;

/** Text of strangers as one bounded line without control characters. */
export function toOneLine(text: string, maxLength: number = MAX_MESSAGE_LENGTH): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}

/**
 * Reads the body of a 2xx answer. An empty body is full success; an answer that is neither protobuf
 * nor JSON does not come from a collector (OTLP, "OTLP/HTTP Response").
 */
export function parseOtlpResponse(body: Uint8Array, contentType: string): OtlpResponse {
  if (body.length === 0) {
    return { rejected: 0 };
  }
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/json') {
    return parseJson(body);
  }
  if (mediaType === 'application/x-protobuf' || mediaType === 'application/grpc' || mediaType === '') {
    return parseProtobuf(body);
  }
  return { invalid: `the answer is ${toOneLine(mediaType, 80)}, not OTLP` };
}

/**
 * Reads why a request was refused: the message of the `google.rpc.Status` in the body of a 4xx or 5xx answer (OTLP,
 * "Failures"), or the body itself where it is none.
 */
export function readRefusal(body: Uint8Array, contentType: string): string {
  const text = Buffer.from(body).toString('utf8');
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  try {
    if (mediaType === 'application/x-protobuf') {
      const message = readFields(body).get(2);
      return message instanceof Uint8Array ? Buffer.from(message).toString('utf8') : '';
    }
    const status: unknown = mediaType === 'application/json' ? JSON.parse(text) : undefined;
    if (isRecord(status) && typeof status['message'] === 'string') {
      return status['message'];
    }
  } catch {
    // What claims to be a status and is none is shown as it came.
  }
  return text;
}

function toResult(rejected: number, message: unknown): OtlpResponse {
  return {
    rejected: Number.isFinite(rejected) ? Math.max(rejected, 0) : 0,
    ...(typeof message === 'string' && message !== '' ? { message: toOneLine(message) } : {}),
  };
}

/** Of the three signals, in the two spellings that the JSON mapping takes. */
const REJECTED = [
  'rejectedSpans',
  'rejectedDataPoints',
  'rejectedLogRecords',
  'rejected_spans',
  'rejected_data_points',
  'rejected_log_records',
] as const;

function parseJson(body: Uint8Array): OtlpResponse {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return { invalid: 'the answer is not valid JSON' };
  }
  if (!isRecord(parsed)) {
    return { invalid: 'the answer is not a JSON object' };
  }
  const partial = parsed['partialSuccess'] ?? parsed['partial_success'];
  if (!isRecord(partial)) {
    return { rejected: 0 };
  }
  const rejected = REJECTED.map((field) => partial[field]).find((count) => count !== undefined);
  return toResult(Number(rejected ?? 0), partial['errorMessage'] ?? partial['error_message']);
}

function parseProtobuf(body: Uint8Array): OtlpResponse {
  try {
    const partial = readFields(body).get(1);
    if (!(partial instanceof Uint8Array)) {
      return { rejected: 0 };
    }
    const fields = readFields(partial);
    const message = fields.get(2);
    return toResult(
      Number(fields.get(1) ?? 0),
      message instanceof Uint8Array ? Buffer.from(message).toString('utf8') : undefined,
    );
  } catch {
    return { invalid: 'the answer is not a protobuf message' };
  }
}

type FieldValue = number | Uint8Array;

/** The fields of one message. */
class Fields {
  readonly #values = new Map<number, FieldValue[]>();

  add(field: number, value: FieldValue): void {
    const values = this.#values.get(field);
    if (values === undefined) {
      this.#values.set(field, [value]);
    } else {
      values.push(value);
    }
  }

  /** The last value, as protobuf asks for a field that is not repeated. */
  get(field: number): FieldValue | undefined {
    return this.#values.get(field)?.at(-1);
  }

  getAll(field: number): readonly FieldValue[] {
    return this.#values.get(field) ?? [];
  }
}

/**
 * Reads a message as far as these small answers use it: varints, lengths, fixed.
 *
 * @throws {RangeError} When it is none.
 */
export function readFields(bytes: Uint8Array): Fields {
  const fields = new Fields();
  const reader = new FieldReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.readVarint();
    const field = Math.floor(tag / 8);
    if (field === 0) {
      throw new RangeError('field number 0');
    }
    const value = reader.readValue(tag % 8);
    if (value !== undefined) {
      fields.add(field, value);
    }
  }
  return fields;
}

/** Reads a protobuf message from its beginning to its end. @throws {RangeError} When it is none. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  readVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) {
        throw new RangeError('truncated');
      }
      this.#position += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return value;
      }
    }
    throw new RangeError('varint too long');
  }

  /** `undefined` for what has a fixed size, which no answer uses. */
  readValue(wireType: number): number | Uint8Array | undefined {
    switch (wireType) {
      case 0:
        return this.readVarint();
      case 1:
        this.#take(8);
        return undefined;
      case 2:
        return this.#take(this.readVarint());
      case 5:
        this.#take(4);
        return undefined;
      default:
        throw new RangeError('unknown wire type');
    }
  }

  #take(length: number): Uint8Array {
    const start = this.#position;
    if (start + length > this.#bytes.length) {
      throw new RangeError('truncated');
    }
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }
}
