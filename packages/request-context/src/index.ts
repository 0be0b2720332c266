export { type ContextWarning, type TrustMap, type TrustWord, type TrustedField } from './agent/agent-context.ts';
export { type AgentContext, type AgentField, type DropReason } from './agent/agent-fields.ts';
export { isRecord, type RequestHeaders } from './carriers/carrier-input.ts';
export { type IsTrustedProxy } from './identity/client-address.ts';
export { readForwardedOrigin, type ForwardedOrigin } from './identity/forwarded-origin.ts';
export { newUuidV7 } from './identity/identifiers.ts';
export {
  errorEnvelope,
  toErrorBody,
  type ErrorBody,
  type ErrorDescription,
  type ErrorEnvelope,
} from './outcome/error-envelope.ts';
export { injectHop, type HopCarrier } from './carriers/hop-injection.ts';
export {
  factsOfKind,
  outcomeOfKind,
  spanStatusOfOutcome,
  statusOfOutcome,
  toolFailure,
  type ErrorKindDetail,
} from './outcome/outcome.ts';
export { readRequestContext } from './request/read-request-context.ts';
export { childContext, RequestContext, type RequestInput } from './request/request-context.ts';
export {
  createRequestContextSettings,
  type RequestContextOptions,
  type RequestContextSettings,
} from './request/request-context-settings.ts';
export { type Transport } from './identity/request-ids.ts';
export { responseHeaders, type SearchAnswer } from './carriers/response-headers.ts';
export { toTraceparent } from './carriers/traceparent.ts';
export { type SessionGroup, type SessionSource } from './identity/session-grouping.ts';
export { type TraceCarrier } from './carriers/trace-carriers.ts';
