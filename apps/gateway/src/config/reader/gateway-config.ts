import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { TrafficCapture } from '../table/kinds.ts';

/** A secret as it was written: the text itself, or the file that holds it (a trailing line break there is not part of it). */
export type Secret = { readonly text: string } | { readonly file: string };

/** The listener: where it is, what it shows, whom it believes. */
export interface ServerConfig {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  /** `DCC_MCP_GATEWAY_NAME`: what people call this gateway. */
  readonly name?: string;
  /** `search`: four tools that find and call the rest. `all`: the tools of the upstreams themselves. */
  readonly expose: 'search' | 'all';
  /** Without a trailing slash. */
  readonly publicUrl?: string;
  /** CIDR blocks or addresses. */
  readonly trustedProxies: readonly string[];
  /** With a leading, without a trailing slash. */
  readonly adminPath: string;
  /** Whether there is an admin page. */
  readonly admin: boolean;
  /** Largest request body. */
  readonly bodyLimitBytes: number;
  /** `Host` headers that are answered on a bind other than loopback; empty: any. */
  readonly allowedHosts: readonly string[];
  /** `--stdio`: the protocol is on stdin and stdout. */
  readonly stdio: boolean;
  /** False under `--stdio` without `--port`: no listener is opened. */
  readonly listens: boolean;
  /** `--wait`: keep trying while another gateway holds the port. */
  readonly wait: boolean;
}

/** OAuth towards one upstream; without a `clientId` the client registers itself. */
export interface UpstreamOauthConfig {
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  readonly scopes: readonly string[];
}

/** One entry of `mcpServers`. */
export interface UpstreamConfig {
  /** The key in the file. */
  readonly key: string;
  /** `dccType`, or the key lower-cased with runs outside `[a-z0-9_-]` as `_`. */
  readonly dccType: string;
  /** UUID v5 of the key: the same after every restart. */
  readonly instanceId: string;
  /** First eight hex digits of `instanceId`. */
  readonly instanceShort: string;
  readonly transport:
    | {
        readonly type: 'stdio';
        readonly command: string;
        readonly args: readonly string[];
        readonly env: Readonly<Record<string, string>>;
        /** Variables whose values are in files. */
        readonly envFiles: Readonly<Record<string, string>>;
        readonly cwd?: string;
      }
    | {
        readonly type: 'http';
        readonly url: string;
        readonly headers: Readonly<Record<string, string>>;
        /** Headers whose values are in files. */
        readonly headerFiles: Readonly<Record<string, string>>;
      };
  /** Started by its first use instead of at the start. */
  readonly isLazy: boolean;
  /** Known, but not used. */
  readonly isDisabled: boolean;
  /** `main`: the host works on its main thread, one call at a time. */
  readonly affinity: 'main' | 'any';
  /** Calls in flight at once; by default 16, 1 for affinity `main`. */
  readonly concurrency: number;
  /** Calls that may wait; one more is refused. */
  readonly maxQueued: number;
  /** Longest time of a call, waiting included. */
  readonly timeoutMillis: number;
  readonly oauth?: UpstreamOauthConfig;
}

/** What JSON Web Tokens are checked with: a secret, a set of published keys, or both. */
export interface JwtConfig {
  readonly secret?: Secret;
  readonly jwksUrl?: string;
  /** Checked only when set. */
  readonly audience?: string;
  /** Checked only when set. */
  readonly issuer?: string;
}

/** `/metrics`: whether, where, and for whom. */
export interface MetricsConfig {
  /** Unset: the route is not mounted (404), except for `prometheus` in `OTEL_METRICS_EXPORTER`. False was said explicitly: 503. */
  readonly enabled?: boolean;
  readonly path: string;
  /** A listener of its own; 0 means any free port. */
  readonly port?: number;
  readonly basicAuth?: { readonly username: string; readonly password: Secret };
  readonly bearerToken?: Secret;
  readonly jwt?: JwtConfig;
  /** Sources of regular expressions, searched for in the request path. */
  readonly excludedHandlers: readonly string[];
  /** Labels of the gauge `app_info`. */
  readonly customLabels: Readonly<Record<string, string>>;
  /** First prefix of the request metrics. */
  readonly namespace?: string;
  /** Second prefix of the request metrics. */
  readonly subsystem?: string;
  /** Whether every series says its instrumentation scope (`otel_scope_*`). */
  readonly scopeLabels: boolean;
}

/** What `OTEL_*` has no word for. */
export interface GatewayTelemetryConfig {
  /** Whose trace a request belongs to: `auto`, `remote`: the caller's; `local`: always a new one, with a link. */
  readonly traceParent: 'auto' | 'remote' | 'local';
  /** Whether what the gateway answers itself has spans. */
  readonly protocolSpans: boolean;
  /** Operations (`search`, `describe`, `load_skill`, `call`, `call_batch`) whose content spans may hold. */
  readonly captureContent: readonly string[];
  /** Baggage keys that cross the gateway. */
  readonly baggageAllow: readonly string[];
}

/** A bearer token and whom it stands for. */
export interface AuthToken {
  readonly token: Secret;
  readonly name?: string;
  /** Empty: every DCC type. */
  readonly dccTypes: readonly string[];
}

/** Who may use `/mcp`, `/v1` and the admin page; without tokens and keys everybody may. */
export interface AuthConfig {
  readonly tokens: readonly AuthToken[];
  readonly jwksUrl?: string;
  readonly audience?: string;
  readonly issuer?: string;
}

/** Which tools may be seen and called. Empty lists restrict nothing. */
export interface PolicyConfig {
  readonly quarantine: 'off' | 'on-change';
  readonly readOnly: boolean;
  readonly allowedDccTypes: readonly string[];
  readonly allowedSkillNames: readonly string[];
  readonly allowedSkillFamilies: readonly string[];
  readonly allowedToolSlugs: readonly string[];
  readonly allowedToolSlugPrefixes: readonly string[];
}

/** How much, how often, how long. */
export interface LimitsConfig {
  /** Absent: unlimited. */
  readonly ratePerMinute?: number;
  /** Absent: unlimited. */
  readonly concurrencyPerPrincipal?: number;
  /** 0 means no retry. */
  readonly readRetryMax: number;
  /** Failures in a row that open the circuit of an upstream. */
  readonly circuitFailureThreshold: number;
  /** How long it stays open, in seconds. */
  readonly circuitOpenSecs: number;
}

/** What is kept of finished calls. */
export interface AuditConfig {
  /** Absent: memory only. */
  readonly dir?: string;
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Instances that come by themselves. */
export interface RegistryConfig {
  /** Folder of the registry; absent: none is read. */
  readonly dir?: string;
  /** Age of a heartbeat that makes an instance stale, in seconds. */
  readonly staleTimeoutSecs: number;
  /** CIDR blocks or addresses that HTTP registration may name. */
  readonly registerAllow: readonly string[];
}

/** The gateway's configuration, complete: file, environment and flags joined, defaults applied. */
export interface GatewayConfig {
  readonly server: ServerConfig;
  readonly mcpServers: readonly UpstreamConfig[];
  readonly metrics: MetricsConfig;
  readonly telemetry: GatewayTelemetryConfig;
  readonly auth: AuthConfig;
  readonly policy: PolicyConfig;
  readonly limits: LimitsConfig;
  readonly audit: AuditConfig;
  readonly registry: RegistryConfig;
  readonly trafficCapture: TrafficCapture;
  readonly redisUrl?: Secret;
  readonly otel: TelemetryConfig;
}

/** The command line's flags, as they were typed. */
export interface GatewayFlags {
  readonly host?: string;
  readonly port?: string;
  readonly expose?: string;
  readonly stdio?: boolean;
  readonly metrics?: boolean;
  readonly noAdmin?: boolean;
  readonly adminPath?: string;
  readonly wait?: boolean;
}
