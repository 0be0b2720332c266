import type { AnyValue } from '@opentelemetry/api';

/** What leaves in place of an attribute's value; `undefined` takes the attribute away. */
export type AttributeTransform = (key: string, value: AnyValue) => AnyValue;

/** Looks once more, for all exporters, at what an ended span says. Neither function may throw. */
export interface SpanRedaction {
  /** What leaves in place of the value of an attribute of a span, event or link; `undefined` takes it away. */
  readonly attribute: AttributeTransform;
  /** What leaves in place of the description of a status. */
  readonly text: (text: string) => string;
}
