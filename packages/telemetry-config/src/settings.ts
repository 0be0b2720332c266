export {
  accepted,
  quote,
  refused,
  withExpected,
  wrongType,
  type JsonSchema,
  type Kind,
  type Parsed,
  type ValueIssue,
} from './kinds/kind.ts';
export { choices, list, patterns, splitList } from './kinds/list-kinds.ts';
export { headers, keyValues } from './kinds/pair-kinds.ts';
export { findPlaceholder } from './kinds/placeholder.ts';
export { boolean, choice, duration, filePath, httpUrl, integer, ratio, secret, text } from './kinds/scalar-kinds.ts';
export { looksLikeKey, looksLikeKeyOrUuid } from './masking/key-form.ts';
export { maskPath, maskUrl } from './masking/mask-url.ts';
export { SECRET_NAME } from './masking/secret-name.ts';
export { IssueList } from './reading/issue-list.ts';
export type { NewIssue } from './reading/issue.ts';
export { misspeltNames, type MisspeltName } from './reading/misspelt-names.ts';
export { editDistance } from './reading/nearest.ts';
export { readVariable } from './reading/reading.ts';
export { toGrpcUrl, toSignalUrl } from './telemetry/otlp-destination.ts';
export { METRICS_EXPORTER, TRACES_EXPORTER } from './variables/exporters.ts';
export { TRACES_SAMPLER, TRACES_SAMPLER_ARG } from './variables/general.ts';
export { PROMETHEUS_HOST } from './variables/metrics.ts';
export { OTLP_ENDPOINT, OTLP_PROTOCOL } from './variables/otlp.ts';
export { VariableReader } from './variables/variable-reader.ts';
