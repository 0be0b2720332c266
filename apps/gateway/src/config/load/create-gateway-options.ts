import type { Environment } from '@dcc-mcp/telemetry-config';

/** Options of `createGateway`; what is not given comes from `config`, then from the defaults. */
export interface CreateGatewayOptions {
  /** The content of a configuration file: `{ mcpServers: { … }, metrics: { … } }`. */
  readonly config?: object;
  /** `OTEL_*` and `DCC_MCP_*` settings. Default none: no setting is read from the process (MCP servers do inherit its `PATH`, `HOME` and the like). */
  readonly env?: Environment;
  /** Serves `/metrics`; default false. */
  readonly enablePrometheus?: boolean;
  /** User name and password of the scraper. */
  readonly prometheusBasicAuth?: readonly [username: string, password: string];
  /** Address to bind; default 127.0.0.1. Others need credentials. */
  readonly host?: string;
  /** 0 for any free port, which is the default where `config` and `env` name none. */
  readonly port?: number;
  /** One line for people, without control characters whatever an upstream says; default none. */
  readonly log?: (line: string) => void;
}
