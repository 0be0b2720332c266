import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { Secret, Section } from '../table/table.ts';

/** The listener: where it is, what it shows, whom it believes. */
export interface ServerConfig extends Section<'server'> {
  /** `--stdio`: the protocol is on stdin and stdout. */
  readonly stdio: boolean;
  /** False under `--stdio` without `--port`: no listener is opened. */
  readonly listens: boolean;
  /** `--wait`: keep trying while another gateway holds the port. */
  readonly wait: boolean;
}

/** How tokens for an upstream are had. */
export const OAUTH_GRANTS = ['authorization_code', 'client_credentials', 'token_exchange'] as const;

/** One of {@link OAUTH_GRANTS}. */
export type OauthGrant = (typeof OAUTH_GRANTS)[number];

/** OAuth towards one upstream; without a `clientId` the client registers itself. */
export interface UpstreamOauthConfig {
  /** Default `authorization_code`. */
  readonly grant?: OauthGrant;
  /** Authorization server; absent: as the upstream says of itself. */
  readonly issuer?: string;
  /** What tokens are for; absent: as the upstream says of itself. */
  readonly resource?: string;
  readonly audience?: string;
  /** Of the callback of a login; absent: any. */
  readonly callbackPort?: number;
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
        /** A file of lines `NAME=value`. */
        readonly envFile?: string;
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
  /** Longest time of a call that reports progress; absent: an hour. */
  readonly maxTimeoutMillis?: number;
  /** Whether scalars of the wrong type are made what a tool's schema asks for. */
  readonly coercesArguments: boolean;
  /** Which of its tools are offered; absent: all. */
  readonly toolFilter?: ToolFilter;
  readonly oauth?: UpstreamOauthConfig;
}

/** Names of tools, `*` for any characters; an empty `include` means all, and `exclude` wins. */
export interface ToolFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What JSON Web Tokens are checked with: a secret, a set of published keys, or both. */
export type JwtConfig = Section<'metrics.jwt'>;

/**
 * `/metrics`: whether, where, and for whom. `enabled` is unset: the route is not mounted (404), except for `prometheus`
 * in `OTEL_METRICS_EXPORTER`. False was said explicitly: 503.
 */
export interface MetricsConfig extends Omit<Section<'metrics'>, 'basicAuth'> {
  readonly basicAuth?: { readonly username: string; readonly password: Secret };
  readonly jwt?: JwtConfig;
}

/** What `OTEL_*` has no word for. */
export type GatewayTelemetryConfig = Section<'telemetry'>;

/** A bearer token and whom it stands for. */
export interface AuthToken {
  readonly token: Secret;
  readonly name?: string;
  /** Empty: every DCC type. */
  readonly dccTypes: readonly string[];
}

/** Who may use `/mcp`, `/v1` and the admin page; without tokens and keys everybody may. */
export interface AuthConfig extends Omit<Section<'auth'>, 'tokens' | 'tokenFile'> {
  readonly tokens: readonly AuthToken[];
}

/** Which tools may be seen and called. Empty lists restrict nothing. */
export type PolicyConfig = Section<'policy'>;

/** How much, how often, how long; what is absent is unlimited. */
export type LimitsConfig = Section<'limits'>;

/** How many calls may go on without their caller, how long, and how long they are kept. */
export type JobsConfig = Section<'jobs'>;

/** What is kept of finished calls; without `dir` in memory only. */
export type AuditConfig = Section<'audit'>;

/** What is kept in memory of what happened. */
export type AdminConfig = Section<'admin'>;

/** Which messages on the wire are captured. */
export type TrafficConfig = Section<'traffic'>;

/** Instances that come by themselves. */
export type RegistryConfig = Section<'registry'>;

/** The gateway's configuration, complete: file, environment and flags joined, defaults applied. */
export interface GatewayConfig extends Section<''> {
  readonly server: ServerConfig;
  readonly mcpServers: readonly UpstreamConfig[];
  readonly metrics: MetricsConfig;
  readonly telemetry: GatewayTelemetryConfig;
  readonly auth: AuthConfig;
  readonly policy: PolicyConfig;
  readonly limits: LimitsConfig;
  readonly jobs: JobsConfig;
  readonly audit: AuditConfig;
  readonly admin: AdminConfig;
  readonly registry: RegistryConfig;
  readonly traffic: TrafficConfig;
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
  readonly workers?: string;
}
