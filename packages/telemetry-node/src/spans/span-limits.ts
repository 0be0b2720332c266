import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { AttributeLimits } from './attribute-list.ts';
import { MAX_TEXT_LENGTH, type PartLimits } from './clean-values.ts';
import { SharedSets } from './shared-attributes.ts';

/** What one span may hold (OpenTelemetry specification, "Span Limits"); past it the newest attributes and the oldest events and links are dropped and counted. */
export interface SpanLimits {
  readonly attributes: AttributeLimits;
  readonly maxEvents: number;
  readonly maxLinks: number;
  readonly eventAttributes: PartLimits;
  readonly linkAttributes: PartLimits;
}

export function toSpanLimits(limits: TelemetryConfig['traces']['limits']): SpanLimits {
  const maxValueLength = toValueLengthLimit(limits.attributeValueLength);
  const part = (attributeCountLimit: number): PartLimits => ({
    attributeCountLimit,
    attributeValueLengthLimit: maxValueLength,
  });
  return {
    attributes: { maxCount: limits.attributeCount, maxValueLength, shared: new SharedSets(maxValueLength) },
    maxEvents: limits.eventCount,
    maxLinks: limits.linkCount,
    eventAttributes: part(limits.attributesPerEvent),
    linkAttributes: part(limits.attributesPerLink),
  };
}

/**
 * The limit as the SDK's functions take it, which no text of a record exceeds where none is set. They hold 0 for a mistake and then cut nothing, but unset and zero are
 * different things: half a character cuts every text to none.
 */
export function toValueLengthLimit(maxLength: number): number {
  return maxLength === 0 ? 0.5 : Math.min(maxLength, MAX_TEXT_LENGTH);
}
