import { filePath, integer, secret } from '@dcc-mcp/telemetry-config/settings';
import * as kinds from './kinds.ts';
import { setting, type SettingRows } from './setting.ts';

/** How much, how often, how long. */
export const LIMITS: SettingRows<
  { readRetryMax: number; circuitFailureThreshold: number; circuitOpenSecs: number },
  { ratePerMinute: number; concurrencyPerPrincipal: number }
> = {
  ratePerMinute: setting('limits.ratePerMinute', 'DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE', {
    kind: integer(1),
    defaultText: 'unlimited',
    description: 'Requests of one principal, or one address, in a minute.',
  }),
  concurrencyPerPrincipal: setting('limits.concurrencyPerPrincipal', 'DCC_MCP_CONCURRENCY_PER_PRINCIPAL', {
    kind: integer(1),
    defaultText: 'unlimited',
    description: 'Calls of one principal at a time.',
  }),
  readRetryMax: setting('limits.readRetryMax', 'DCC_MCP_GATEWAY_READ_RETRY_MAX', {
    kind: integer(0, 100),
    fallback: 2,
    description: 'Retries of a call that only reads; 0 means none.',
  }),
  circuitFailureThreshold: setting('limits.circuitFailureThreshold', 'DCC_MCP_GATEWAY_CIRCUIT_FAILURE_THRESHOLD', {
    kind: integer(1),
    fallback: 5,
    description: 'Failures in a row that open the circuit of an upstream.',
  }),
  circuitOpenSecs: setting('limits.circuitOpenSecs', 'DCC_MCP_GATEWAY_CIRCUIT_OPEN_SECS', {
    kind: integer(1),
    fallback: 30,
    description: 'How long it stays open, in seconds.',
  }),
};

/** What is kept on disk. */
export const AUDIT: SettingRows<{ maxRows: number; maxBytes: number }, { dir: string }> = {
  dir: setting('audit.dir', 'DCC_MCP_GATEWAY_AUDIT_DIR', {
    kind: filePath('the path of a folder'),
    description: 'Where audit.jsonl and traces.jsonl are kept; unset: in memory only.',
  }),
  maxRows: setting('audit.maxRows', 'DCC_MCP_GATEWAY_AUDIT_MAX_ROWS', {
    kind: integer(1),
    fallback: 5_000,
    description: 'Most rows of each.',
  }),
  maxBytes: setting('audit.maxBytes', 'DCC_MCP_GATEWAY_AUDIT_MAX_BYTES', {
    kind: integer(1_024),
    fallback: 52_428_800,
    description: 'Most bytes of each.',
  }),
};

/** Instances that come by themselves. */
export const REGISTRY: SettingRows<{ staleTimeoutSecs: number; registerAllow: readonly string[] }, { dir: string }> = {
  dir: setting('registry.dir', 'DCC_MCP_REGISTRY_DIR', {
    kind: filePath('the path of a folder'),
    description: "Folder of dcc-mcp-core's services.json; its live rows become upstreams. Never written.",
  }),
  staleTimeoutSecs: setting('registry.staleTimeoutSecs', 'DCC_MCP_STALE_TIMEOUT', {
    kind: integer(1),
    fallback: 30,
    description: 'Age of a heartbeat that makes a registered instance stale, in seconds.',
  }),
  registerAllow: setting('registry.registerAllow', 'DCC_MCP_REGISTER_ALLOW', {
    kind: kinds.cidrs(),
    fallback: [],
    description: "Addresses that HTTP registration may name besides loopback and the peer's own.",
  }),
};

/** Keys that stand alone. */
export const ROOT: SettingRows<{ trafficCapture: kinds.TrafficCapture }, { redisUrl: string; redisUrlFile: string }> = {
  trafficCapture: setting('trafficCapture', 'DCC_MCP_TRAFFIC_CAPTURE', {
    kind: kinds.trafficCapture(),
    fallback: { mode: 'off' },
    description: 'Metadata of frames for the admin page: off, on, or jsonl:PATH.',
  }),
  redisUrl: setting('redisUrl', 'DCC_MCP_REDIS_URL', {
    kind: secret('a redis:// or rediss:// URL'),
    description: 'Shared state of several gateways.',
  }),
  redisUrlFile: setting('redisUrlFile', 'DCC_MCP_REDIS_URL_FILE', {
    kind: filePath(),
    description: 'A file that holds that URL.',
  }),
};
