import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { AttributeLimits } from './attribute-list.ts';

/** Limits of the attributes of one event or link, as the SDK's functions take them. */
interface PartLimits {
  readonly attributeCountLimit: number;
  readonly attributeValueLengthLimit: number;
}

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
    attributes: { maxCount: limits.attributeCount, maxValueLength },
    maxEvents: limits.eventCount,
    maxLinks: limits.linkCount,
    eventAttributes: part(limits.attributesPerEvent),
    linkAttributes: part(limits.attributesPerLink),
  };
}

/**
 * The limit as the SDK's functions take it. They hold 0 for a mistake and then cut nothing, but unset and zero are
 * different things: half a character cuts every text to none.
 */
export function toValueLengthLimit(maxLength: number): number {
  return maxLength === 0 ? 0.5 : maxLength;
}
