import { effectiveSettings } from '@dcc-mcp/telemetry-config';
import { type LoadedConfiguration, loadConfiguration } from '../config/load/load-configuration.ts';
import { originNotes } from '../config/print/origin-notes.ts';
import { type PrintedDocument, printDocument } from '../config/print/print-document.ts';
import { toYaml } from '../config/print/yaml-text.ts';
import { gatewayConfigSchema } from '../config/reference/schema.ts';
import type { Command } from './command-line.ts';
import { plainLines, reportIssues, type Terminal } from './terminal.ts';

type ConfigCommand = Extract<Command, { name: 'config' }>;
type PrintCommand = Extract<ConfigCommand, { action: 'print' }>;

/** `config print` and `config schema`; gives the exit code. */
export function runConfigCommand(terminal: Terminal, command: ConfigCommand): number {
  if (command.action === 'print') {
    return printConfiguration(terminal, command);
  }
  terminal.print(JSON.stringify(gatewayConfigSchema, null, 2));
  return 0;
}

/** Prints the effective configuration as a file that can be fed back, without secrets. One that can't be used is not printed. */
function printConfiguration(terminal: Terminal, command: PrintCommand): number {
  const loaded = loadConfiguration({ env: terminal.env, configFile: command.configFile, flags: command.flags });
  if (!reportIssues(plainLines(terminal), loaded.issues)) {
    return 2;
  }
  const printed = printDocument(loaded);
  if (!command.isJson) {
    terminal.print(toYamlDocument(loaded, printed, command.hasOrigins));
    return 0;
  }
  for (const { name, path } of printed.needed) {
    terminal.printError(`note: ${path} is a secret and not printed: set ${name} before you use this configuration`);
  }
  const document = command.hasOrigins
    ? { config: printed.document, origins: effectiveSettings(loaded) }
    : printed.document;
  terminal.print(JSON.stringify(document, null, 2));
  return 0;
}

function toYamlDocument(loaded: LoadedConfiguration, printed: PrintedDocument, hasOrigins: boolean): string {
  const { document, needed } = printed;
  const lines = [
    '# The effective configuration. To use it: dcc-mcp-gateway --config THIS_FILE',
    ...(needed.length === 0 ? [] : ['# Secrets are not printed. Set these variables before you use it:']),
    ...needed.map(({ name, path }) => comment(`  ${name}  (${path})`)),
    hasOrigins ? toYaml(document, originNotes(loaded)) : toYaml(document),
    ...flagLines(loaded),
    ...telemetryLines(loaded, hasOrigins),
  ];
  return lines.join('\n');
}

/** What only a flag says. */
function flagLines({ values: { server } }: LoadedConfiguration): readonly string[] {
  const flags = [...(server.stdio ? ['--stdio'] : []), ...(server.wait ? ['--wait'] : [])];
  return flags.length === 0 ? [] : [`# Flags that no file can say: ${flags.join(' ')}`];
}

/** `OTEL_*` is not in the file: what is set is told as comments, with `--origins` also what is not. */
function telemetryLines({ origins }: LoadedConfiguration, hasOrigins: boolean): readonly string[] {
  const rows = Object.entries(origins).filter(
    ([name, { source }]) => name.startsWith('OTEL_') && (hasOrigins || source !== 'default'),
  );
  const lines = rows.map(([name, { source, text, variable }]) => {
    const from = variable === undefined || variable === name ? source : `${source} ${variable}`;
    return comment(`  ${name}=${text}${hasOrigins ? `  (${from})` : ''}`);
  });
  return lines.length === 0
    ? []
    : ['# Telemetry in force. Only the environment can say it, but for observability above:', ...lines];
}

/** One line, whatever the text holds. */
function comment(text: string): string {
  return `#${text.replaceAll(/[\r\n\u0085\u2028\u2029]/g, ' ')}`;
}
