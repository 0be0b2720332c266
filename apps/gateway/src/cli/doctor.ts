import { formatDoctorReport, runDoctor } from '@dcc-mcp/telemetry-node';
import { loadConfiguration } from '../config/load/load-configuration.ts';
import { toPrintableValue } from '../protocol/printable-text.ts';
import { loadGrpc } from '../recording/telemetry/load-grpc.ts';
import type { Command } from './command-line.ts';
import type { Terminal } from './terminal.ts';

/** Says what is set, what is wrong with it, and whether the exporters can be reached. */
export async function runDoctorCommand(
  terminal: Terminal,
  command: Extract<Command, { name: 'doctor' }>,
): Promise<number> {
  const reading = loadConfiguration({ env: terminal.env, configFile: command.configFile, flags: command.flags });
  const { otel } = reading.values;
  const report = await runDoctor({ ...reading, values: otel }, { grpc: await loadGrpc(otel) });
  terminal.print(command.isJson ? JSON.stringify(report, null, 2) : formatDoctorReport(toPrintableValue(report)));
  return report.exitCode;
}
