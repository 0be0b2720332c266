#!/usr/bin/env node
import { parseCommandLine, USAGE } from './cli/command-line.ts';
import { printConfiguration, printSchema } from './cli/config.ts';
import { runDoctorCommand } from './cli/doctor.ts';
import { serve } from './cli/serve.ts';
import type { Terminal } from './cli/terminal.ts';
import { runTokenCommand } from './cli/token.ts';
import { VERSION } from './config/load/version.ts';

const terminal: Terminal = {
  env: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
  stdin: process.stdin,
  stdout: process.stdout,
  onSignal: (listener) => {
    process.on('SIGINT', () => listener('SIGINT'));
    process.on('SIGTERM', () => listener('SIGTERM'));
  },
  exit: (code) => process.exit(code),
};

/** Runs the command; gives its exit code, or nothing while it goes on running. */
async function run(args: readonly string[]): Promise<number | undefined> {
  const line = parseCommandLine(args);
  if (!line.ok) {
    terminal.printError(line.message);
    return 2;
  }
  const { command } = line;
  switch (command.name) {
    case 'help':
      terminal.print(USAGE);
      return 0;
    case 'version':
      terminal.print(VERSION);
      return 0;
    case 'config':
      return command.action === 'schema' ? printSchema(terminal) : printConfiguration(terminal, command);
    case 'doctor':
      return runDoctorCommand(terminal, command);
    case 'token':
      return runTokenCommand(terminal, command.arguments);
    case 'serve':
      return serve(terminal, command);
    default:
      return command satisfies never;
  }
}

async function main(): Promise<void> {
  // Whoever read stderr may go away; without a listener the next line would end the gateway (EPIPE).
  process.stderr.on('error', () => {});
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    terminal.printError(`dcc-mcp-gateway failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

void main();
