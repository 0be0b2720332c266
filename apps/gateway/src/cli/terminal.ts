import type { Environment, Issue } from '@dcc-mcp/telemetry-config';
import type { Readable, Writable } from 'node:stream';
import { issueLine } from '../config/load/load-configuration.ts';

/** SIGINT and SIGTERM ask for the end, SIGHUP for another look at the configuration. */
export type TerminalSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The process as commands see it. */
export interface Terminal {
  readonly env: Environment;
  /** Text on stdout: answers of commands, and nothing else. Its own line breaks stay. */
  print(text: string): void;
  /** One line on stderr, made printable (`toPrintableLine`): a line break in it does not make a second one. */
  printError(line: string): void;
  /** Whether a person reads stderr at a terminal; default no. */
  readonly isInteractive?: boolean;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Called at each of these signals. */
  onSignal(listener: (signal: TerminalSignal) => void): void;
  /** Called when the process ends, whatever ends it from within; only what needs no waiting can be done then. */
  onExit(listener: () => void): void;
  exit(code: number): void;
}

/** Says all issues at once. @returns True when none of them forbids to start. */
export function reportIssues(terminal: Terminal, issues: readonly Issue[]): boolean {
  for (const issue of issues) {
    terminal.printError(issueLine(issue));
  }
  return issues.every(({ severity }) => severity !== 'fatal');
}
