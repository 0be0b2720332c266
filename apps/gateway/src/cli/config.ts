import { effectiveSettings } from '@dcc-mcp/telemetry-config';
import { loadConfiguration } from '../config/load/load-configuration.ts';
import { gatewayConfigSchema } from '../config/reference/schema.ts';
import type { Command } from './command-line.ts';
import { reportIssues, type Terminal } from './terminal.ts';

type ConfigCommand = Extract<Command, { name: 'config' }>;

/** `config print` and `config schema`; gives the exit code. */
export function runConfigCommand(terminal: Terminal, command: ConfigCommand): number {
  return command.action === 'schema' ? printSchema(terminal) : printConfiguration(terminal, command);
}

/** Prints every effective setting with its origin; secrets are masked. */
function printConfiguration(terminal: Terminal, command: ConfigCommand): number {
  const reading = loadConfiguration({ env: terminal.env, configFile: command.configFile, flags: command.flags });
  const isUsable = reportIssues(terminal, reading.issues);
  const rows = effectiveSettings(reading);
  terminal.print(JSON.stringify(rows, null, 2));
  return isUsable ? 0 : 2;
}

/** Prints the JSON Schema of the configuration file, for editors. */
function printSchema(terminal: Terminal): number {
  terminal.print(JSON.stringify(gatewayConfigSchema, null, 2));
  return 0;
}
