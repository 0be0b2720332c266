import { EVENT_DCC_MCP_GATEWAY_START } from '@dcc-mcp/semantic-conventions';
import type { Reading } from '@dcc-mcp/telemetry-config';
import type { CreateGatewayOptions } from './config/load/create-gateway-options.ts';
import { issueLine } from './config/load/load-configuration.ts';
import { settingViews } from './config/load/setting-views.ts';
import { unreadableSecrets } from './config/load/unreadable-secrets.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import { readGatewayConfig } from './config/reader/read-gateway-config.ts';
import { redisIssues } from './config/redis/redis-settings.ts';
import { toPrintableLine } from './protocol/printable-text.ts';
import { runGateway, type RunningGateway } from './run-gateway.ts';

/**
 * Starts a gateway inside this process. Several at once don't share anything.
 *
 * @throws {Error} When the configuration must not start like this; the message names every reason.
 */
export async function createGateway(options: CreateGatewayOptions = {}): Promise<RunningGateway> {
  const reading = readGatewayConfig(options.env ?? {}, toFile(options), {
    flags: {
      ...(options.port === undefined ? {} : { port: String(options.port) }),
      ...(options.host === undefined ? {} : { host: options.host }),
    },
  });
  const issues = [...reading.issues, ...unreadableSecrets(reading), ...redisIssues(reading)];
  const log = (line: string): void => options.log?.(toPrintableLine(line));
  const fatal = issues.filter(({ severity }) => severity === 'fatal');
  if (fatal.length > 0) {
    throw new Error(`The gateway can't start: ${fatal.map(issueLine).join(' | ')}`);
  }
  issues.forEach((issue) => log(issueLine(issue)));
  const started = withAnyFreePort({ ...reading, issues });
  const settings = settingViews(started);
  const running = await runGateway({ config: started.values, settings, env: options.env ?? {}, log });
  running.log(`listening on ${running.url}`, { event: EVENT_DCC_MCP_GATEWAY_START });
  return running;
}

/** The options as the sections of a file that they stand for. */
function toFile({ config, enablePrometheus, prometheusBasicAuth }: CreateGatewayOptions): object {
  const file = { ...config } as { metrics?: object };
  const metrics = {
    ...file.metrics,
    ...(enablePrometheus === undefined ? {} : { enabled: enablePrometheus }),
    ...(prometheusBasicAuth === undefined ? {} : { basicAuth: toBasicAuth(prometheusBasicAuth) }),
  };
  return { ...file, ...(Object.keys(metrics).length === 0 ? {} : { metrics }) };
}

/** Where no usable port is named a gateway in a program takes any free one. */
function withAnyFreePort(reading: Reading<GatewayConfig>): Reading<GatewayConfig> {
  const { values, issues, origins } = reading;
  const { source } = origins['server.port'] ?? {};
  if (source === 'flag' || source === 'env' || source === 'file') {
    return reading;
  }
  return {
    values: { ...values, server: { ...values.server, port: 0 } },
    issues,
    origins: { ...origins, 'server.port': { source: 'default', text: '0' } },
  };
}

/** Credentials that are only half there stay so, and are refused: a variable somebody forgot to set must not open the door. */
function toBasicAuth(credentials: NonNullable<CreateGatewayOptions['prometheusBasicAuth']>): object {
  const [username, password] = credentials;
  return { username, password };
}
