import { type Environment, formatIssue, type Issue } from '@dcc-mcp/telemetry-config';
import type { Readable, Writable } from 'node:stream';
import type { Log, LogSeverity } from '../protocol/log.ts';

/** SIGINT and SIGTERM ask for the end, SIGHUP for another look at the configuration. */
export type TerminalSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A part of a line, with what it is: shown in colour where the terminal has any. */
export interface Piece {
  readonly text: string;
  readonly tone?: 'good' | 'bad' | 'quiet';
}

/** A terminal that a person reads. */
export interface Screen {
  /** How wide it is now; 80 where nobody knows. */
  readonly columns: number;
  /** One line; each piece is made printable before it is coloured. */
  print(...pieces: readonly Piece[]): void;
  /** The file that was started (`process.argv[1]`), and the folder from which: how a person types the command. */
  readonly script: string;
  readonly cwd: string;
}

/** Where a person reads what a command answers. */
export type Sheet = Pick<Screen, 'columns' | 'print'>;

/** The process as commands see it. */
export interface Terminal {
  readonly env: Environment;
  /** Text on stdout: answers of commands, and nothing else. Its own line breaks stay. */
  print(text: string): void;
  /** One line on stderr, made printable (`toPrintableLine`): a line break in it does not make a second one. */
  printError(line: string): void;
  /** Stderr, where a person reads it at a terminal. */
  readonly screen?: Screen | undefined;
  /** Stdout, where a person reads it at a terminal and no program does. */
  readonly sheet?: Sheet | undefined;
  /** The file of this program, to start more processes of it; absent where that can't be. */
  readonly program?: string | undefined;
  /** By what other programs know that this one still runs. */
  readonly pid: number;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Called at each of these signals. */
  onSignal(listener: (signal: TerminalSignal) => void): void;
  /** Called when the process ends, whatever ends it from within; only what needs no waiting can be done then. */
  onExit(listener: () => void): void;
  exit(code: number): void;
}

const MARKS: Readonly<Record<LogSeverity, string>> = { info: '', warn: 'warning: ', error: 'error: ' };

/** Lines for people on stderr, begun with how bad they are. */
export function plainLines(terminal: Pick<Terminal, 'printError'>): Log {
  return marked((line) => terminal.printError(line));
}

/** Lines begun with how bad they are: `error: …`, `warning: …`. */
export function marked(log: Log): Log {
  return (line, fields = {}) => log(`${MARKS[fields.severity ?? 'info']}${line}`, fields);
}

/** Says all issues at once. @returns True when none of them forbids to start. */
export function reportIssues(say: Log, issues: readonly Issue[]): boolean {
  for (const issue of issues) {
    say(formatIssue(issue), { severity: issue.severity === 'fatal' ? 'error' : 'warn' });
  }
  return issues.every(({ severity }) => severity !== 'fatal');
}
