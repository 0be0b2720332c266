import { LOG_LEVEL_META_KEY } from '@modelcontextprotocol/server';
import type { Era, JsonObject } from '../../protocol/json-rpc.ts';
import {
  ERROR_INVALID_PARAMS,
  isLogLevel,
  LATEST_LEGACY_VERSION,
  McpError,
  MODERN_VERSION,
  readModernEnvelope,
} from '../../protocol/mcp-protocol.ts';
import { checkSelfDescription } from '../session/session-state.ts';
import type { Session } from '../session/session.ts';

/** Who speaks, as one request sees it: from its session, or from its own envelope. */
export interface McpClient {
  readonly era: Era;
  readonly transport: 'http' | 'stdio';
  readonly protocolVersion: string;
  readonly session: Session | undefined;
  readonly clientInfo: JsonObject | undefined;
  readonly capabilities: JsonObject;
  /** The level from which log messages are wanted. Absent: modern clients want none, older ones all. */
  readonly logLevel: string | undefined;
}

/** A client of the handshake era that has not initialized yet. */
export function unknownClient(transport: McpClient['transport']): McpClient {
  return {
    era: 'legacy',
    transport,
    protocolVersion: LATEST_LEGACY_VERSION,
    session: undefined,
    clientInfo: undefined,
    capabilities: {},
    logLevel: undefined,
  };
}

/** The client of a session. */
export function sessionClient(session: Session, transport: McpClient['transport']): McpClient {
  const { protocolVersion, clientInfo, capabilities, logLevel } = session.record;
  return { era: 'legacy', transport, protocolVersion, session, clientInfo, capabilities, logLevel };
}

/**
 * The client of a modern request, from its parameters.
 *
 * @throws {McpError} As `readModernEnvelope` does; -32602 when the client says too much of itself.
 */
export function modernClient(params: JsonObject | undefined, transport: McpClient['transport']): McpClient {
  const { clientInfo, capabilities, logLevel } = readModernEnvelope(params);
  checkSelfDescription({ clientInfo, capabilities });
  if (logLevel !== undefined && !isLogLevel(logLevel)) {
    const message = `_meta["${LOG_LEVEL_META_KEY}"] must be one of debug … emergency`;
    throw new McpError(ERROR_INVALID_PARAMS, message, { httpStatus: 400 });
  }
  const protocolVersion = MODERN_VERSION;
  return { era: 'modern', transport, protocolVersion, session: undefined, clientInfo, capabilities, logLevel };
}
