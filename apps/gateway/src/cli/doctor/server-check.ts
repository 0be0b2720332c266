import type { Era } from '../../protocol/json-rpc.ts';

/** Why a server can't be used, in a word that a program can compare. */
export type ServerCause =
  | 'no_servers'
  | 'invalid_setting'
  | 'command_not_found'
  | 'folder_not_found'
  | 'not_executable'
  | 'missing_variable'
  | 'exited'
  | 'timeout'
  | 'stdout_not_mcp'
  | 'wrong_protocol'
  | 'connection_refused'
  | 'dns'
  | 'tls'
  | 'proxy'
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'wrong_path'
  | 'redirect'
  | 'sse_only'
  | 'not_mcp'
  | 'server_error'
  | 'tools_list';

/** What is wrong with a server, each text one line. */
export interface ServerFailure {
  readonly cause: ServerCause;
  /** The key in the file: `mcpServers.maya`. */
  readonly subject: string;
  readonly message: string;
  /** What to do. */
  readonly action: string;
}

/** One configured server, started or connected to once. */
export interface ServerCheck {
  readonly name: string;
  readonly transport: 'stdio' | 'http';
  /** The command or the URL, without what may be secret. */
  readonly target: string;
  readonly outcome: 'ok' | 'failed' | 'disabled';
  readonly isLazy: boolean;
  readonly tools?: number;
  /** legacy: it began with a handshake; modern: 2026-07-28. */
  readonly era?: Era;
  readonly protocolVersion?: string;
  /** Name and version that it gives itself. */
  readonly server?: string;
  readonly durationMillis?: number;
  /** What is odd and does no harm. */
  readonly note?: string;
  readonly problem?: ServerFailure;
}

/** Why, and what to do about it. */
export type Explanation = Omit<ServerFailure, 'subject'>;
