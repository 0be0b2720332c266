import type { Environment } from '@dcc-mcp/telemetry-config';
import type { Readable, Writable } from 'node:stream';

/** The process as commands see it. */
export interface Terminal {
  readonly env: Environment;
  /** A line on stdout: answers of commands, and nothing else. */
  print(text: string): void;
  /** A line on stderr. */
  printError(text: string): void;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Called at each SIGINT and SIGTERM. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): void;
  exit(code: number): void;
}
