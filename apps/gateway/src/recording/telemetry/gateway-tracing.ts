import { createRequestContextSettings, type RequestContextSettings } from '@dcc-mcp/request-context';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import { type CapturePolicy, createWorkflowSpans, type WorkflowSpans } from '@dcc-mcp/workflow-spans';
import { hash } from 'node:crypto';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';

/** How requests of this gateway are read: its propagators, proxies and baggage rules. */
export function createContextSettings(config: GatewayConfig, telemetry: Telemetry): RequestContextSettings {
  return createRequestContextSettings({
    propagator: telemetry.propagator,
    trustedProxies: config.server.trustedProxies,
    baggageAllow: config.telemetry.baggageAllow,
    sha256: (text) => hash('sha256', text),
  });
}

/** What the spans of a gateway are made from. */
export interface GatewaySpansOptions {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly capture: CapturePolicy;
  readonly contextSettings: RequestContextSettings;
}

/** The gateway sets `Ok` on what went well: for people who look, unset is a question. */
export function createGatewaySpans({
  config,
  telemetry,
  capture,
  contextSettings,
}: GatewaySpansOptions): WorkflowSpans {
  return createWorkflowSpans({
    tracer: telemetry.isTracing ? telemetry.tracer : undefined,
    settings: contextSettings,
    parentPolicy: config.telemetry.traceParent,
    protocolSpans: config.telemetry.protocolSpans,
    statusOk: true,
    capture,
  });
}
