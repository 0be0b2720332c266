import { integer } from '../kinds/scalar-kinds.ts';
import { variable, type VariableGroup, type VariableWithFallback } from './variable.ts';

/** Counts of the specification. */
const COUNT = 128;
const NO_LIMIT = Number.POSITIVE_INFINITY;

function limit(
  suffix: string,
  group: VariableGroup,
  description: string,
  fallback: number,
  options: { readonly inherits?: VariableWithFallback<number>; readonly olderName?: string } = {},
): VariableWithFallback<number> {
  const { inherits, olderName } = options;
  return variable(`OTEL_${suffix}`, integer(), {
    group,
    description,
    fallback,
    ...(inherits === undefined ? {} : { inherits: [inherits], defaultText: inherits.name }),
    ...(olderName === undefined ? {} : { olderNames: [olderName] }),
  });
}

export const ATTRIBUTE_COUNT_LIMIT: VariableWithFallback<number> = limit(
  'ATTRIBUTE_COUNT_LIMIT',
  'Attribute limits',
  'Most attributes of a span or log record; more are dropped and counted.',
  COUNT,
);
export const ATTRIBUTE_VALUE_LENGTH_LIMIT: VariableWithFallback<number> = limit(
  'ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'Attribute limits',
  'Most characters of an attribute value; the rest is cut.',
  NO_LIMIT,
);

export const SPAN_LIMIT_VARIABLES: {
  readonly attributeCount: VariableWithFallback<number>;
  readonly attributeValueLength: VariableWithFallback<number>;
  readonly eventCount: VariableWithFallback<number>;
  readonly linkCount: VariableWithFallback<number>;
  readonly attributesPerEvent: VariableWithFallback<number>;
  readonly attributesPerLink: VariableWithFallback<number>;
} = {
  attributeCount: limit('SPAN_ATTRIBUTE_COUNT_LIMIT', 'Span limits', 'Most attributes of a span.', COUNT, {
    inherits: ATTRIBUTE_COUNT_LIMIT,
  }),
  attributeValueLength: limit(
    'SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'Span limits',
    'Most characters of an attribute value of a span.',
    NO_LIMIT,
    { inherits: ATTRIBUTE_VALUE_LENGTH_LIMIT },
  ),
  eventCount: limit('SPAN_EVENT_COUNT_LIMIT', 'Span limits', 'Most events of a span.', COUNT),
  linkCount: limit('SPAN_LINK_COUNT_LIMIT', 'Span limits', 'Most links of a span.', COUNT),
  attributesPerEvent: limit('EVENT_ATTRIBUTE_COUNT_LIMIT', 'Span limits', 'Most attributes of a span event.', COUNT, {
    olderName: 'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  }),
  attributesPerLink: limit('LINK_ATTRIBUTE_COUNT_LIMIT', 'Span limits', 'Most attributes of a span link.', COUNT, {
    olderName: 'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
  }),
};

export const LOG_RECORD_LIMIT_VARIABLES: {
  readonly attributeCount: VariableWithFallback<number>;
  readonly attributeValueLength: VariableWithFallback<number>;
} = {
  attributeCount: limit(
    'LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
    'Log record limits',
    'Most attributes of a log record.',
    COUNT,
    {
      inherits: ATTRIBUTE_COUNT_LIMIT,
    },
  ),
  attributeValueLength: limit(
    'LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'Log record limits',
    'Most characters of an attribute value of a log record.',
    NO_LIMIT,
    { inherits: ATTRIBUTE_VALUE_LENGTH_LIMIT },
  ),
};
