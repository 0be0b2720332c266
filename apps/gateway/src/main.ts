#!/usr/bin/env node
import { closeSync, openSync } from 'node:fs';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { parseCommandLine, type Command } from './cli/command-line.ts';
import type { Piece, Screen, Sheet, Terminal } from './cli/terminal.ts';
import { originalStack } from './config/load/original-stack.ts';
import { VERSION } from './config/load/version.ts';
import type { LogSeverity } from './protocol/log.ts';
import { counted, toPrintableLine, toPrintableText } from './protocol/printable-text.ts';

/** What may wait for whoever reads stderr, in bytes: lines about calls come as fast as callers make them. */
const MAX_WAITING_BYTES = 1_048_576;
let unsaid = 0;

/** Writes to a pipe wait in memory while nobody reads; past the bound they are left out, and counted. */
function writeLine(line: string): void {
  if (process.stderr.writableLength > MAX_WAITING_BYTES) {
    unsaid += 1;
    return;
  }
  const note =
    unsaid === 0
      ? []
      : [inForm('warn', `${counted(unsaid, 'line is', 'lines are')} left out: nobody read them in time`)];
  unsaid = 0;
  process.stderr.write([...note, line, ''].join('\n'));
}

const LEVELS: Readonly<Record<LogSeverity, number>> = { info: 30, warn: 40, error: 50 };

/**
 * A gateway has a log, which is JSON where no person reads it, from the first line to why it has ended: as pino writes it,
 * which is not loaded yet, or may not be usable any more.
 */
function inForm(severity: LogSeverity, line: string): string {
  const [, , first = 'serve'] = process.argv;
  const isGateway = first === 'serve' || first === 'worker' || first.startsWith('-');
  return isGateway && !process.stderr.isTTY
    ? JSON.stringify({ level: LEVELS[severity], time: Date.now(), msg: line })
    : line;
}

function sayError(line: string): void {
  writeLine(toPrintableLine(inForm('error', line)));
}

const TONES: Readonly<Record<NonNullable<Piece['tone']>, string>> = { good: '32', bad: '31', quiet: '2' };

const screen: Screen = {
  get columns() {
    return columnsOf(process.stderr);
  },
  print: (...pieces) => writeLine(painted(pieces, process.stderr)),
  script: process.argv[1] ?? '',
  cwd: process.cwd(),
};

const sheet: Sheet = {
  get columns() {
    return columnsOf(process.stdout);
  },
  print: (...pieces) => void process.stdout.write(`${painted(pieces, process.stdout)}\n`),
};

/** Whoever exports COLUMNS wants it so; some terminals do not know how wide they are. */
function columnsOf(stream: NodeJS.WriteStream): number {
  return positive(process.env['COLUMNS']) ?? positive(stream.columns) ?? 80;
}

/** A line in colour where there is any: NO_COLOR, TERM=dumb and FORCE_COLOR are known to Node. */
function painted(pieces: readonly Piece[], stream: NodeJS.WriteStream): string {
  const isColoured = stream.hasColors();
  return pieces
    .map(({ text, tone }) => {
      const printable = toPrintableLine(text);
      return tone === undefined || !isColoured ? printable : `\u001b[${TONES[tone]}m${printable}\u001b[0m`;
    })
    .join('')
    .trimEnd();
}

function positive(value: string | number | undefined): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

const terminal: Terminal = {
  env: process.env,
  print: (text) => process.stdout.write(`${toPrintableText(text)}\n`),
  // The one way to stderr: whatever stands in a line, the terminal only shows it.
  printError: (line) => writeLine(toPrintableLine(line)),
  get screen() {
    return process.stderr.isTTY ? screen : undefined;
  },
  get sheet() {
    return process.stdout.isTTY ? sheet : undefined;
  },
  program: process.argv[1],
  pid: process.pid,
  // Node makes a stream when it is first looked at, which costs more than a command like --version.
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return process.stdout;
  },
  onSignal: (listener) => {
    process.on('SIGINT', () => listener('SIGINT'));
    process.on('SIGTERM', () => listener('SIGTERM'));
    process.on('SIGHUP', () => listener(hasTerminalGone() ? 'SIGTERM' : 'SIGHUP'));
  },
  onExit: (listener) => void process.on('exit', listener),
  exit: (code) => process.exit(code),
};

/** SIGHUP has two meanings: whoever sends it wants the configuration read again, a terminal that closes ends its programs. */
function hasTerminalGone(): boolean {
  if (!process.stderr.isTTY) {
    return false;
  }
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

/** What nobody caught ends the process, as it does by default, but in one line and by way of `exit`, so that all is ended. */
function endOnCrash(error: unknown): void {
  const text = error instanceof Error ? originalStack(error.stack ?? error.message) : String(error);
  sayError(`internal error: ${text}`);
  process.exit(1);
}

/** Runs a command; gives its exit code, or nothing while it goes on running. */
async function run(command: Command): Promise<number | undefined> {
  if (command.name === 'version') {
    terminal.print(VERSION);
    return 0;
  }
  if (command.name === 'help') {
    terminal.print((await import('./cli/help-text.ts')).helpText(command.topic));
    return 0;
  }
  keepCompiledCode();
  await restorePath();
  return runLoaded(command);
}

/** Servers are started as the user's shell would start them. */
async function restorePath(): Promise<void> {
  const { PATH: path } = process.env;
  if (path !== undefined) {
    // Of an installed package this is no folder that npm puts on PATH.
    const repository = join(import.meta.dirname, '../../..');
    process.env['PATH'] = (await import('./upstream/stdio/user-path.ts')).userPath(path, repository);
  }
}

/** Each command is loaded when it runs, so that `--version` doesn't wait for the gateway. */
async function runLoaded(command: Exclude<Command, { name: 'help' | 'version' }>): Promise<number | undefined> {
  switch (command.name) {
    case 'config':
      return (await import('./cli/config.ts')).runConfigCommand(terminal, command);
    case 'doctor':
      return (await import('./cli/doctor.ts')).runDoctorCommand(terminal, command);
    case 'token':
      return (await import('./cli/token.ts')).runTokenCommand(terminal, command.arguments);
    case 'approvals':
      return (await import('./cli/approvals/approvals-command.ts')).runApprovalsCommand(terminal, command.arguments);
    case 'login':
      return (await import('./cli/oauth/login-command.ts')).runLoginCommand(terminal, command.arguments);
    case 'logout':
      return (await import('./cli/oauth/logout-command.ts')).runLogoutCommand(terminal, command.arguments);
    case 'history':
      return (await import('./cli/history/commands/history-command.ts')).runHistoryCommand(
        terminal,
        command.verb,
        command.arguments,
      );
    case 'serve':
      return (await import('./cli/serve.ts')).serve(terminal, command);
    default:
      return command satisfies never;
  }
}

/** How long after the start compiled code is written down and the heap bounded: the first callers are served before. */
const STARTED_AFTER_MILLIS = 2_000;

/**
 * Compiled code is kept for the next start, in the system's folder of temporary files; `NODE_DISABLE_COMPILE_CACHE=1` ends
 * that. Node writes it at a regular exit; what is killed has written it before.
 */
function keepCompiledCode(): void {
  nodeModule.enableCompileCache();
  setTimeout(() => void endStart(), STARTED_AFTER_MILLIS).unref();
}

/** In this order: compiled code holds for the flags of V8 that it was written with. */
async function endStart(): Promise<void> {
  const { boundHeap } = await import('./cli/bound-heap.ts');
  nodeModule.flushCompileCache();
  boundHeap([...process.execArgv, process.env['NODE_OPTIONS'] ?? '']);
}

/** It ends when the process that started it is gone, or says so: a signal to all of them is for that one. */
async function becomeWorker(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {});
  }
  const { createProcessChannel } = await import('./cluster/workers/channel/channel.ts');
  const { runWorker } = await import('./run-worker.ts');
  keepCompiledCode();
  runWorker({ channel: createProcessChannel(process), env: process.env, exit: (code) => process.exit(code) });
}

const LEAST_NODE = '22.15';

/** Older ones lack what files behind this one import: it must be said before one of them is loaded, and needs none. */
function isNodeTooOld(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_NODE.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

async function main(): Promise<void> {
  // Whoever read stderr may go away; without a listener the next line would end the gateway (EPIPE).
  process.stderr.on('error', () => {});
  // A promise that nobody waits for comes here, too.
  process.on('uncaughtException', endOnCrash);
  if (isNodeTooOld()) {
    sayError(
      `error: dcc-mcp-gateway needs Node ≥ ${LEAST_NODE}, and this is Node ${process.versions.node}; install one from https://nodejs.org (npm start and npx in its repository bring their own)`,
    );
    process.exitCode = 1;
    return;
  }
  // Only who starts one can talk to it: typed by hand it is no command.
  if (process.argv[2] === 'worker' && process.send !== undefined) {
    await becomeWorker();
    return;
  }
  try {
    const line = await parseCommandLine(process.argv.slice(2));
    if (line.ok) {
      process.exitCode = await run(line.command);
    } else {
      sayError(`error: ${line.message}`);
      process.exitCode = 2;
    }
  } catch (error) {
    sayError(`dcc-mcp-gateway failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

void main();
