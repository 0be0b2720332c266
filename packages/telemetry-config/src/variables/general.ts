import { choices, list } from '../kinds/list-kinds.ts';
import { keyValues } from '../kinds/pair-kinds.ts';
import { boolean, choice, filePath, ratio, text } from '../kinds/scalar-kinds.ts';
import type { DiagLevel, PropagatorName, ResourceDetectorName, SamplerName } from '../telemetry/telemetry-config.ts';
import { variable, type Variable, type VariableWithFallback } from './variable.ts';

const LOG_LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const satisfies readonly DiagLevel[];
const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi'] as const satisfies readonly PropagatorName[];
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const satisfies readonly SamplerName[];
const DETECTORS = ['env', 'host', 'os', 'process', 'service', 'serviceinstance', 'all'] as const;

/** A detector as either vocabulary of Node's SDK names it. */
export type DetectorWord = (typeof DETECTORS)[number];

export const ALL_DETECTORS: readonly ResourceDetectorName[] = ['env', 'host', 'os', 'process', 'service'];

const REMOTE_SAMPLER = 'use parentbased_traceidratio here, and decide the rest in a Collector (tail_sampling)';
const group = 'General';

export const SDK_DISABLED: VariableWithFallback<boolean> = variable('OTEL_SDK_DISABLED', boolean(), {
  group,
  description: 'Records nothing. Propagation stays as configured.',
  fallback: false,
});
export const CONFIG_FILE: Variable<string> = variable(
  'OTEL_CONFIG_FILE',
  filePath('the path of a declarative configuration file (YAML)'),
  {
    group,
    description:
      'Declarative configuration. With it every other OTEL_* is ignored, but for those the file itself names.',
  },
);
export const SERVICE_NAME: Variable<string> = variable('OTEL_SERVICE_NAME', text(), {
  group,
  description: 'service.name; wins over OTEL_RESOURCE_ATTRIBUTES.',
  defaultText: 'unknown_service:node (dcc-mcp-gateway for the gateway)',
});
export const RESOURCE_ATTRIBUTES: Variable<Readonly<Record<string, string>>> = variable(
  'OTEL_RESOURCE_ATTRIBUTES',
  keyValues(),
  {
    group,
    description:
      'Attributes of everything that is sent. A malformed pair drops out alone (the specification discards all).',
  },
);
export const LOG_LEVEL: VariableWithFallback<DiagLevel> = variable(
  'OTEL_LOG_LEVEL',
  choice(LOG_LEVELS, { trace: 'use verbose', warning: 'use warn', fatal: 'use error', off: 'use none' }),
  {
    group,
    description:
      'How much the log says: of telemetry failing exporters from warn on, recoveries from info on; of the gateway all its lines but the one that says where it listens.',
    fallback: 'info',
  },
);
export const PROPAGATORS_VARIABLE: VariableWithFallback<readonly PropagatorName[]> = variable(
  'OTEL_PROPAGATORS',
  choices(PROPAGATORS, {
    hasNone: true,
    hints: {
      jaeger: 'use tracecontext, which every Jaeger since 1.35 reads',
      xray: 'use tracecontext, and an AWS Collector to translate',
      ottrace: 'use b3multi or tracecontext',
    },
  }),
  { group, description: 'How trace context and baggage travel.', fallback: ['tracecontext', 'baggage'] },
);
export const TRACES_SAMPLER: VariableWithFallback<SamplerName> = variable(
  'OTEL_TRACES_SAMPLER',
  choice(SAMPLERS, { jaeger_remote: REMOTE_SAMPLER, parentbased_jaeger_remote: REMOTE_SAMPLER, xray: REMOTE_SAMPLER }),
  { group, description: 'Which spans are recorded.', fallback: 'parentbased_always_on' },
);
export const TRACES_SAMPLER_ARG: VariableWithFallback<number> = variable('OTEL_TRACES_SAMPLER_ARG', ratio(), {
  group,
  description: 'The ratio of traceidratio and parentbased_traceidratio; read only when OTEL_TRACES_SAMPLER is set.',
  fallback: 1,
});
export const SEMCONV_STABILITY_OPT_IN: VariableWithFallback<readonly string[]> = variable(
  'OTEL_SEMCONV_STABILITY_OPT_IN',
  list(),
  {
    group,
    description:
      'Newer semantic conventions, as instrumentations define them (http, database/dup, …); passed on as given.',
    fallback: [],
  },
);
export const HTTP_KNOWN_METHODS: Variable<readonly string[]> = variable(
  'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
  list('a comma list of HTTP methods'),
  {
    group: 'Node',
    description: 'Methods that spans name; others become _OTHER. Read by the HTTP instrumentation itself.',
    defaultText: 'the methods of the RFCs',
  },
);
export const NODE_RESOURCE_DETECTORS: VariableWithFallback<readonly DetectorWord[]> = variable(
  'OTEL_NODE_RESOURCE_DETECTORS',
  choices(DETECTORS, { hasNone: true, hints: { container: 'set container.id in OTEL_RESOURCE_ATTRIBUTES' } }),
  {
    group: 'Node',
    description:
      'What is found out about the resource. service and serviceinstance are the same; OTEL_RESOURCE_ATTRIBUTES is read in any case.',
    fallback: ['all'],
  },
);
