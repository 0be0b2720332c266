import { MCP_METHODS, VALUE_OTHER } from '@dcc-mcp/semantic-conventions';

const KNOWN: ReadonlySet<string> = new Set(MCP_METHODS);

/** `method` when MCP has it; else `_OTHER`, because a caller can make up any number of names. */
export function toKnownMethod(method: string): string {
  return KNOWN.has(method) ? method : VALUE_OTHER;
}
