import { LOGS_EXPORTER, METRICS_EXPORTER, TRACES_EXPORTER } from './exporters.ts';
import * as general from './general.ts';
import {
  ATTRIBUTE_COUNT_LIMIT,
  ATTRIBUTE_VALUE_LENGTH_LIMIT,
  LOG_RECORD_LIMIT_VARIABLES,
  SPAN_LIMIT_VARIABLES,
} from './limits.ts';
import * as metrics from './metrics.ts';
import * as otlp from './otlp.ts';
import { BLRP, BSP } from './processors.ts';
import { UNSUPPORTED } from './unsupported.ts';
import type { Variable } from './variable.ts';

function members<T>(family: otlp.OtlpFamily<T>): readonly Variable<unknown>[] {
  return [family.general, family.traces, family.metrics, family.logs];
}

/** Every `OTEL_*` variable we know, in the order of the specification. */
export const OTEL_VARIABLES: readonly Variable<unknown>[] = [
  general.SDK_DISABLED,
  general.CONFIG_FILE,
  general.SERVICE_NAME,
  general.RESOURCE_ATTRIBUTES,
  general.LOG_LEVEL,
  general.PROPAGATORS_VARIABLE,
  general.TRACES_SAMPLER,
  general.TRACES_SAMPLER_ARG,
  general.SEMCONV_STABILITY_OPT_IN,
  TRACES_EXPORTER,
  METRICS_EXPORTER,
  LOGS_EXPORTER,
  ...members(otlp.OTLP_ENDPOINT),
  ...members(otlp.OTLP_PROTOCOL),
  ...members(otlp.OTLP_HEADERS),
  ...members(otlp.OTLP_TIMEOUT),
  ...members(otlp.OTLP_COMPRESSION),
  ...members(otlp.OTLP_CERTIFICATE),
  ...members(otlp.OTLP_CLIENT_KEY),
  ...members(otlp.OTLP_CLIENT_CERTIFICATE),
  ...members(otlp.OTLP_INSECURE),
  otlp.METRICS_TEMPORALITY_PREFERENCE,
  otlp.METRICS_DEFAULT_HISTOGRAM_AGGREGATION,
  ...Object.values(BSP),
  ...Object.values(BLRP),
  metrics.METRIC_EXPORT_INTERVAL,
  metrics.METRIC_EXPORT_TIMEOUT,
  metrics.METRICS_EXEMPLAR_FILTER,
  metrics.PROMETHEUS_HOST,
  metrics.PROMETHEUS_PORT,
  ATTRIBUTE_COUNT_LIMIT,
  ATTRIBUTE_VALUE_LENGTH_LIMIT,
  ...Object.values(SPAN_LIMIT_VARIABLES),
  ...Object.values(LOG_RECORD_LIMIT_VARIABLES),
  general.NODE_RESOURCE_DETECTORS,
  general.HTTP_KNOWN_METHODS,
  ...UNSUPPORTED,
];
