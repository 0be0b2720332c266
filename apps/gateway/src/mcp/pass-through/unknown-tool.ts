import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { MAX_NAME_BYTES } from '../../operations/requests/bounded-input.ts';
import type { UpstreamNames } from './upstream-names.ts';

/**
 * What a caller of a tool that is not there is told, with what is near under the names of the list: a model leaves out the
 * prefix of the server, or has an older list in mind.
 *
 * @param candidates The slugs of tools that are near and that the caller may see.
 */
export function unknownTool(called: string, candidates: readonly unknown[], names: UpstreamNames): string {
  const near = candidates.flatMap((slug) => {
    const record = typeof slug === 'string' ? names.tool(slug) : undefined;
    return record === undefined ? [] : [names.exposed(record)];
  });
  const message = `Unknown tool: ${sanitizeText(called, MAX_NAME_BYTES)}`;
  return near.length === 0 ? message : `${message}. Near it in the list: ${near.join(', ')}`;
}
