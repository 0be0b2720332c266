import { CACHED_METHODS } from '../../protocol/mcp-protocol.ts';
import type { HopResult } from '../upstream.ts';
import { rawAnswer } from './answer.ts';

const OF_ALL = ['resultType'];
const OF_CACHED = [...OF_ALL, 'ttlMs', 'cacheScope'];

/**
 * The result of a stateless server as a client of the handshake era knows it: without the members that MCP 2026-07-28 alone
 * has. Everything else stays as it came; and so does a result that is not complete, which is no answer to such a client.
 */
export function toHandshakeResult(method: string, hop: HopResult): HopResult {
  if (!hop.ok || hop.raw?.get('resultType')?.value !== 'complete') {
    return hop;
  }
  return rawAnswer(hop.raw.without(CACHED_METHODS.has(method) ? OF_CACHED : OF_ALL), hop.jobId);
}
