import type { RequestHeaders } from '@dcc-mcp/request-context';
import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server';
import type { McpClient } from './exchange.ts';
import { headerText } from '../header-text.ts';
import { ERROR_INVALID_PARAMS, ERROR_INVALID_REQUEST, LEGACY_VERSIONS, McpError, MODERN_VERSION } from './protocol.ts';
import type { Session } from './sessions.ts';

/** Who has not initialized yet. */
export const UNKNOWN_CLIENT: McpClient = {
  era: 'legacy',
  transport: 'http',
  protocolVersion: LEGACY_VERSIONS[0],
  session: undefined,
  clientInfo: undefined,
  capabilities: {},
  logLevel: undefined,
};

/** The client of a session. */
export function legacyClient(session: Session): McpClient {
  return {
    era: 'legacy',
    transport: 'http',
    protocolVersion: session.protocolVersion,
    session,
    clientInfo: session.clientInfo,
    capabilities: session.capabilities,
    logLevel: session.logLevel,
  };
}

/**
 * Checks the version header of a handshake-era request.
 *
 * @throws {McpError} HTTP 400: the version is unknown, or it is the modern one, whose requests say so in their body too.
 */
export function checkVersionHeader(headers: RequestHeaders): void {
  const version = headerText(headers, 'mcp-protocol-version');
  if (version === MODERN_VERSION) {
    throw new McpError(ERROR_INVALID_PARAMS, `_meta["${PROTOCOL_VERSION_META_KEY}"] is required in ${MODERN_VERSION}`, {
      httpStatus: 400,
    });
  }
  const isKnown = version === undefined || (LEGACY_VERSIONS as readonly string[]).includes(version);
  if (!isKnown && version !== '2024-11-05') {
    throw new McpError(
      ERROR_INVALID_REQUEST,
      `Bad Request: unsupported MCP-Protocol-Version '${version}' (supported: ${[MODERN_VERSION, ...LEGACY_VERSIONS].join(', ')})`,
      { httpStatus: 400 },
    );
  }
}
