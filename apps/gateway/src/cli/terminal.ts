import type { Environment, Issue } from '@dcc-mcp/telemetry-config';
import type { Readable, Writable } from 'node:stream';
import { issueLine } from '../config/load/load-configuration.ts';

/** The process as commands see it. */
export interface Terminal {
  readonly env: Environment;
  /** Text on stdout: answers of commands, and nothing else. Its own line breaks stay. */
  print(text: string): void;
  /** One line on stderr, made printable (`toPrintableLine`): a line break in it does not make a second one. */
  printError(line: string): void;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Called at each SIGINT and SIGTERM. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): void;
  exit(code: number): void;
}

/** Says all issues at once. @returns True when none of them forbids to start. */
export function reportIssues(terminal: Terminal, issues: readonly Issue[]): boolean {
  for (const issue of issues) {
    terminal.printError(issueLine(issue));
  }
  return issues.every(({ severity }) => severity !== 'fatal');
}
