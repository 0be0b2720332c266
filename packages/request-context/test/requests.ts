import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  createRequestContextSettings,
  readRequestContext,
  type RequestContext,
  type RequestContextOptions,
  type RequestInput,
} from '../src/index.ts';

export const TRACE_A = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_A = 'b7ad6b7169203331';
export const TRACE_B = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN_B = '00f067aa0ba902b7';
export const PARENT_A = `00-${TRACE_A}-${SPAN_A}-01`;
export const PARENT_B = `00-${TRACE_B}-${SPAN_B}-01`;

export const w3c = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

/** Reads a REST request without headers but those given. */
export function readRequest(
  input: Partial<RequestInput> = {},
  options: Partial<RequestContextOptions> = {},
): RequestContext {
  const settings = createRequestContextSettings({ propagator: w3c, ...options });
  return readRequestContext({ transport: 'rest', headers: {}, ...input }, settings);
}
