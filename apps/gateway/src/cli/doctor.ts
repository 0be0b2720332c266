import { runDoctor } from '@dcc-mcp/telemetry-node';
import { loadConfiguration } from '../config/load/load-configuration.ts';
import { stateFolderOf } from '../config/load/state-folder-of.ts';
import { VERSION } from '../config/load/version.ts';
import { toPrintableValue } from '../protocol/printable-text.ts';
import { loadGrpc } from '../recording/telemetry/load-grpc.ts';
import { FileTokenStore } from '../upstream/oauth/file-token-store.ts';
import { processGroups } from '../upstream/stdio/process-groups.ts';
import type { Command } from './command-line.ts';
import { checkFolders } from './doctor/check-folders.ts';
import { checkRedis } from './doctor/check-redis.ts';
import { checkServers } from './doctor/check-servers.ts';
import { formatReport } from './doctor/format-report.ts';
import { toGatewayReport } from './doctor/report.ts';
import type { Terminal } from './terminal.ts';

/** A program that is fetched before it runs (npx, uvx, docker) takes its time. */
const SERVER_MILLIS = 30_000;

/** What a test makes faster. */
export interface DoctorOptions {
  /** How long one server may take to start and to list its tools; default 30 s. */
  readonly serverTimeoutMillis?: number;
}

/** Says what is set and what is wrong with it, whether servers start, folders can be used, and Redis and exporters be reached. */
export async function runDoctorCommand(
  terminal: Terminal,
  command: Extract<Command, { name: 'doctor' }>,
  { serverTimeoutMillis = SERVER_MILLIS }: DoctorOptions = {},
): Promise<number> {
  // Whoever ends the doctor early ends what it has started.
  terminal.onExit(() => processGroups.killAll());
  terminal.onSignal(() => terminal.exit(1));
  const loaded = loadConfiguration({ env: terminal.env, configFile: command.configFile, flags: command.flags });
  const { otel } = loaded.values;
  const folder = stateFolderOf(loaded.values, terminal.env);
  const grpc = await loadGrpc(otel);
  const [telemetry, servers, redis, folders] = await Promise.all([
    runDoctor({ ...loaded, values: otel }, { grpc }),
    checkServers(loaded.values, {
      version: VERSION,
      environment: terminal.env,
      tokens: folder && new FileTokenStore(folder),
      timeoutMillis: serverTimeoutMillis,
    }),
    checkRedis(loaded.values),
    checkFolders(loaded.values),
  ]);
  const report = toGatewayReport(telemetry, { servers, redis, folders }, loaded);
  terminal.print(command.isJson ? JSON.stringify(report, null, 2) : formatReport(toPrintableValue(report)));
  return report.exitCode;
}
