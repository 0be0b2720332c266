import { headerText } from '@dcc-mcp/http-adapter';
import type { RequestHeaders } from '@dcc-mcp/request-context';
import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server';
import {
  ERROR_INVALID_PARAMS,
  ERROR_INVALID_REQUEST,
  LEGACY_VERSIONS,
  McpError,
  MODERN_VERSION,
} from '../../protocol/mcp-protocol.ts';

/** Revisions that a handshake-era client may name: the oldest has no such header, and some of its clients send one. */
const NAMED_VERSIONS: ReadonlySet<string> = new Set([...LEGACY_VERSIONS, '2024-11-05']);

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
  if (version !== undefined && !NAMED_VERSIONS.has(version)) {
    throw new McpError(
      ERROR_INVALID_REQUEST,
      `Bad Request: unsupported MCP-Protocol-Version '${version}' (supported: ${[MODERN_VERSION, ...LEGACY_VERSIONS].join(', ')})`,
      { httpStatus: 400 },
    );
  }
}
