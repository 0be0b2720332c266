import { type AnyValue, isSpanContextValid, type LogRecord, SeverityNumber, trace } from '@opentelemetry/api';
import { cleanAttributes, timeInputToHrTime } from '@opentelemetry/core';
import { cleanPart, cleanValue, MAX_TEXT_LENGTH, toText, type PartLimits } from '../spans/clean-values.ts';
import { toEncodable } from '../spans/span-time.ts';

/**
 * The record as every encoding can carry it. What has no form there is left out, but for the body, which becomes text.
 *
 * @throws {Error} When a getter of the record itself throws.
 */
export function toEncodableRecord(record: LogRecord, limits: PartLimits): LogRecord {
  const {
    timestamp,
    observedTimestamp,
    severityNumber,
    severityText,
    eventName,
    body,
    attributes,
    exception,
    ...rest
  } = record;
  // The SDK counts what is past the limit of the record.
  const { attributes: kept } = cleanPart(attributes, { ...limits, attributeCountLimit: Infinity }, cleanAttributes);
  return {
    ...withoutBadContext(rest),
    ...given({
      timestamp: toTime(timestamp),
      observedTimestamp: toTime(observedTimestamp),
      severityNumber: isSeverity(severityNumber) ? severityNumber : undefined,
      severityText: severityText === undefined ? undefined : toText(severityText),
      eventName: eventName === undefined ? undefined : toText(eventName),
      body: toBody(body),
      attributes: kept,
      exception: toException(exception),
    }),
  };
}

/** Only the fields that have a value: the SDK takes one that is `undefined` for given. */
function given(fields: { readonly [Key in keyof LogRecord]: LogRecord[Key] | undefined }): Partial<LogRecord> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A time that can't be encoded is left out: the SDK takes the time at which the record is made. */
function toTime(time: LogRecord['timestamp']): LogRecord['timestamp'] {
  try {
    return time === undefined ? undefined : toEncodable(timeInputToHrTime(time));
  } catch {
    return undefined;
  }
}

function isSeverity(severity: SeverityNumber | undefined): severity is SeverityNumber {
  return Number.isInteger(severity) && SeverityNumber[severity ?? -1] !== undefined;
}

/** The ids are left out where they are none. */
function withoutBadContext<Rest extends Pick<LogRecord, 'context'>>(rest: Rest): Rest | Omit<Rest, 'context'> {
  const { context, ...others } = rest;
  try {
    const spanContext = context === undefined ? undefined : trace.getSpanContext(context);
    const isKept =
      spanContext === undefined || !isSpanContextValid(spanContext) || Number.isInteger(spanContext.traceFlags);
    return isKept ? rest : others;
  } catch {
    return others;
  }
}

/** The texts of an exception: the SDK would write out whatever else it is. */
function toException(exception: unknown): LogRecord['exception'] {
  if (typeof exception === 'string' || typeof exception === 'number') {
    return exception;
  }
  if (typeof exception !== 'object' || exception === null) {
    return undefined;
  }
  const texts = ['code', 'name', 'message', 'stack'].flatMap((field) => {
    const text = readText(exception, field);
    return text === undefined ? [] : [[field, text] as const];
  });
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function readText(exception: object, field: string): string | undefined {
  try {
    const value: unknown = Reflect.get(exception, field);
    return typeof value === 'string' || typeof value === 'number' ? toText(value) : undefined;
  } catch {
    return undefined;
  }
}

function toBody(body: AnyValue): AnyValue {
  if (body === undefined) {
    return undefined;
  }
  const clean = cleanValue(body, MAX_TEXT_LENGTH);
  if (clean !== undefined) {
    return clean;
  }
  const value: unknown = body;
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    return value.toISOString();
  }
  return toText(value);
}
