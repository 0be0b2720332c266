import type { Issue } from '@dcc-mcp/telemetry-config';
import type { DoctorFailure, DoctorReport } from '@dcc-mcp/telemetry-node';
import type { LoadedConfiguration } from '../../config/load/load-configuration.ts';
import type { FolderCheck, FolderFailure } from './folder-check.ts';
import type { RedisCheck, RedisFailure } from './redis-check.ts';
import type { ServerCheck, ServerFailure } from './server-check.ts';

/** What the doctor found of telemetry and of the servers. */
export interface GatewayReport extends Omit<DoctorReport, 'problems'> {
  /** One row per configured server, each of which was tried unless it is disabled. */
  readonly servers: readonly ServerCheck[];
  /** Absent where gateways share nothing. */
  readonly redis?: RedisCheck;
  /** One row per folder that a setting names. */
  readonly folders: readonly FolderCheck[];
  readonly problems: readonly (DoctorFailure | ServerFailure | RedisFailure | FolderFailure)[];
}

/** What was tried besides exporters. */
export interface Tried {
  readonly servers: readonly ServerCheck[];
  readonly redis: RedisCheck | undefined;
  readonly folders: readonly FolderCheck[];
}

/** Joins what is wrong with settings, servers, Redis, folders and exporters, and decides the exit code: 0 fine, 1 problems, 2 unusable. */
export function toGatewayReport(
  telemetry: DoctorReport,
  { servers, redis, folders }: Tried,
  loaded: LoadedConfiguration,
): GatewayReport {
  const { exitCode, problems, ...rest } = telemetry;
  const checks = [...servers, ...(redis === undefined ? [] : [redis]), ...folders];
  const found = [...checks.flatMap(({ problem }) => problem ?? []), ...noServers(loaded)];
  return {
    exitCode: found.length > 0 && exitCode === 0 ? 1 : exitCode,
    servers,
    ...(redis && { redis }),
    folders,
    problems: [...problems, ...found],
    ...rest,
  };
}

/** A gateway without servers has nothing to offer; one that can't be read or has only bad entries was told of already. */
function noServers({ values, issues, file }: LoadedConfiguration): readonly ServerFailure[] {
  const isTold = issues.some(
    ({ severity, variable }: Issue) => severity === 'fatal' || variable.startsWith('mcpServers'),
  );
  if (values.mcpServers.length > 0 || isTold) {
    return [];
  }
  const example =
    '{ "mcpServers": { "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "."] } } }';
  return [
    {
      cause: 'no_servers',
      subject: 'mcpServers',
      message: 'no MCP server is configured, so the gateway has nothing to offer',
      action:
        file === undefined
          ? `write a file gateway.json and start with --config gateway.json: ${example}`
          : `write into ${file}, as for example: ${example}`,
    },
  ];
}
