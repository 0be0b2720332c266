export { type ContextWarning, type TrustMap, type TrustWord, type TrustedField } from './agent-context.ts';
export { type AgentContext, type AgentField, type DropReason } from './agent-fields.ts';
export { isRecord, type RequestHeaders } from './carrier-input.ts';
export { type IsTrustedProxy } from './client-address.ts';
export {
  errorEnvelope,
  toErrorBody,
  type ErrorBody,
  type ErrorDescription,
  type ErrorEnvelope,
} from './error-envelope.ts';
export { injectHop, type HopCarrier } from './hop-injection.ts';
export {
  factsOfKind,
  outcomeOfKind,
  spanStatusOfOutcome,
  statusOfOutcome,
  toolFailure,
  type ErrorKindDetail,
} from './outcome.ts';
export { readRequestContext } from './read-request-context.ts';
export { isSecretKey, isSensitiveKey, redactText, REDACTED } from './redact-text.ts';
export { childContext, RequestContext, type RequestInput } from './request-context.ts';
export {
  createRequestContextSettings,
  type RequestContextOptions,
  type RequestContextSettings,
} from './request-context-settings.ts';
export { type Transport } from './request-ids.ts';
export { responseHeaders, toTraceparent, type SearchAnswer } from './response-headers.ts';
export { sanitiseText } from './sanitise-text.ts';
export { type SessionGroup, type SessionSource } from './session-grouping.ts';
export { type TraceCarrier } from './trace-carriers.ts';
