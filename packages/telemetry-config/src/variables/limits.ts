import { integer } from '../kinds/scalar-kinds.ts';
import { variable, type VariableGroup, type VariableWithFallback } from './variable.ts';

/** Counts of the specification. */
const COUNT = 128;
const NO_LIMIT = Number.POSITIVE_INFINITY;

/** What a limit says beside its name. */
interface LimitOptions {
  readonly group: VariableGroup;
  readonly description: string;
  readonly fallback: number;
  readonly inherits?: VariableWithFallback<number>;
  readonly olderName?: string;
}

function limit(suffix: string, options: LimitOptions): VariableWithFallback<number> {
  const { inherits, olderName, ...rest } = options;
  return variable(`OTEL_${suffix}`, integer(), {
    ...rest,
    ...(inherits === undefined ? {} : { inherits: [inherits], defaultText: inherits.name }),
    ...(olderName === undefined ? {} : { olderNames: [olderName] }),
  });
}

export const ATTRIBUTE_COUNT_LIMIT: VariableWithFallback<number> = limit('ATTRIBUTE_COUNT_LIMIT', {
  group: 'Attribute limits',
  description: 'Most attributes of a span or log record; more are dropped and counted.',
  fallback: COUNT,
});
export const ATTRIBUTE_VALUE_LENGTH_LIMIT: VariableWithFallback<number> = limit('ATTRIBUTE_VALUE_LENGTH_LIMIT', {
  group: 'Attribute limits',
  description: 'Most characters of an attribute value; the rest is cut.',
  fallback: NO_LIMIT,
});

export const SPAN_LIMIT_VARIABLES: {
  readonly attributeCount: VariableWithFallback<number>;
  readonly attributeValueLength: VariableWithFallback<number>;
  readonly eventCount: VariableWithFallback<number>;
  readonly linkCount: VariableWithFallback<number>;
  readonly attributesPerEvent: VariableWithFallback<number>;
  readonly attributesPerLink: VariableWithFallback<number>;
} = {
  attributeCount: limit('SPAN_ATTRIBUTE_COUNT_LIMIT', {
    group: 'Span limits',
    description: 'Most attributes of a span.',
    fallback: COUNT,
    inherits: ATTRIBUTE_COUNT_LIMIT,
  }),
  attributeValueLength: limit('SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', {
    group: 'Span limits',
    description: 'Most characters of an attribute value of a span.',
    fallback: NO_LIMIT,
    inherits: ATTRIBUTE_VALUE_LENGTH_LIMIT,
  }),
  eventCount: limit('SPAN_EVENT_COUNT_LIMIT', {
    group: 'Span limits',
    description: 'Most events of a span.',
    fallback: COUNT,
  }),
  linkCount: limit('SPAN_LINK_COUNT_LIMIT', {
    group: 'Span limits',
    description: 'Most links of a span.',
    fallback: COUNT,
  }),
  attributesPerEvent: limit('EVENT_ATTRIBUTE_COUNT_LIMIT', {
    group: 'Span limits',
    description: 'Most attributes of a span event.',
    fallback: COUNT,
    olderName: 'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  }),
  attributesPerLink: limit('LINK_ATTRIBUTE_COUNT_LIMIT', {
    group: 'Span limits',
    description: 'Most attributes of a span link.',
    fallback: COUNT,
    olderName: 'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
  }),
};

export const LOG_RECORD_LIMIT_VARIABLES: {
  readonly attributeCount: VariableWithFallback<number>;
  readonly attributeValueLength: VariableWithFallback<number>;
} = {
  attributeCount: limit('LOGRECORD_ATTRIBUTE_COUNT_LIMIT', {
    group: 'Log record limits',
    description: 'Most attributes of a log record.',
    fallback: COUNT,
    inherits: ATTRIBUTE_COUNT_LIMIT,
  }),
  attributeValueLength: limit('LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', {
    group: 'Log record limits',
    description: 'Most characters of an attribute value of a log record.',
    fallback: NO_LIMIT,
    inherits: ATTRIBUTE_VALUE_LENGTH_LIMIT,
  }),
};
