import { effectiveSettings } from '@dcc-mcp/telemetry-config';
import { loadConfiguration } from '../config/load/load-configuration.ts';
import { gatewayConfigSchema } from '../config/reference/schema.ts';
import type { Command } from './command-line.ts';
import { reportIssues } from './issues.ts';
import type { Terminal } from './terminal.ts';

/** Prints every effective setting with its origin; secrets are masked. */
export function printConfiguration(terminal: Terminal, command: Extract<Command, { name: 'config' }>): number {
  const reading = loadConfiguration({ env: terminal.env, configFile: command.configFile, flags: command.flags });
  const isUsable = reportIssues(terminal, reading.issues);
  const rows = effectiveSettings(reading);
  terminal.print(JSON.stringify(rows, null, 2));
  return isUsable ? 0 : 2;
}

/** Prints the JSON Schema of the configuration file, for editors. */
export function printSchema(terminal: Terminal): number {
  terminal.print(JSON.stringify(gatewayConfigSchema, null, 2));
  return 0;
}
