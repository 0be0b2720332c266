import type { Span } from '@opentelemetry/api';

/** Value of an attribute of ours. */
export type PlainValue = string | number | boolean | string[];

/** Sets an attribute that has a value; an absent or empty one stays absent. */
export function setPresent(span: Span, key: string, value: PlainValue | undefined): void {
  if (hasValue(value)) {
    span.setAttribute(key, value);
  }
}

/** Whether a value is worth an attribute. */
export function hasValue(value: PlainValue | undefined): value is PlainValue {
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}
