import type { Environment } from '@dcc-mcp/telemetry-config';
import { issueLine } from './cli/issues.ts';
import { unreadableSecrets } from './config/load/unreadable-secrets.ts';
import { readGatewayConfig } from './config/reader/read-gateway-config.ts';
import { type RunningGateway, runGateway } from './run-gateway.ts';

/** Options of {@link createGateway}; what is not given comes from `config`, then from the defaults. */
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
  /** 0 (the default) for any free port. */
  readonly port?: number;
  /** One line for people; default none. */
  readonly log?: (line: string) => void;
}

/**
 * Starts a gateway inside this process. Several at once don't share anything.
 *
 * @throws {Error} When the configuration must not start like this; the message names every reason.
 */
export async function createGateway(options: CreateGatewayOptions = {}): Promise<RunningGateway> {
  const reading = readGatewayConfig(options.env ?? {}, toFile(options), {
    port: String(options.port ?? 0),
    ...(options.host === undefined ? {} : { host: options.host }),
  });
  const issues = [...reading.issues, ...unreadableSecrets(reading)];
  const log = options.log ?? (() => {});
  const fatal = issues.filter(({ severity }) => severity === 'fatal');
  if (fatal.length > 0) {
    throw new Error(`The gateway can't start: ${fatal.map(issueLine).join(' | ')}`);
  }
  issues.forEach((issue) => log(issueLine(issue)));
  return runGateway({ config: reading.values, env: options.env ?? {}, log });
}

/** Seed options become the sections of a file. */
function toFile({ config, enablePrometheus, prometheusBasicAuth }: CreateGatewayOptions): object {
  const file = { ...config } as { metrics?: object };
  const metrics = {
    ...file.metrics,
    ...(enablePrometheus === undefined ? {} : { enabled: enablePrometheus }),
    ...(prometheusBasicAuth === undefined ? {} : { basicAuth: toBasicAuth(prometheusBasicAuth) }),
  };
  return { ...file, ...(Object.keys(metrics).length === 0 ? {} : { metrics }) };
}

/** Credentials that are only half there stay so, and are refused: a variable somebody forgot to set must not open the door. */
function toBasicAuth(credentials: NonNullable<CreateGatewayOptions['prometheusBasicAuth']>): object {
  const [username, password] = credentials;
  return { username, password };
}
