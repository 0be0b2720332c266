import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { ownCall } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';
import type { HopFailure } from '../upstream.ts';

/** Bounds against a server whose list never ends. */
const MAX_PAGES = 2_000;
const MAX_TOOLS = 50_000;

export type ToolPages =
  | { readonly ok: true; readonly tools: readonly JsonObject[] }
  | { readonly ok: false; readonly failure: HopFailure };

/** Reads the tools list of an upstream, all pages of it; entries without a name are left out. */
export async function readToolPages(session: RpcSession, timeoutMillis: number): Promise<ToolPages> {
  const tools: JsonObject[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page += 1) {
    const answer = await session.exchange(ownCall('tools/list', cursor === undefined ? {} : { cursor }, timeoutMillis));
    if (!answer.ok) {
      return answer;
    }
    const { tools: found, nextCursor } = answer.result;
    for (const tool of Array.isArray(found) ? found : []) {
      if (isJsonObject(tool) && typeof tool['name'] === 'string') {
        tools.push(tool);
      }
    }
    // The loop ends at a cursor it has seen, because the pages behind it have been read.
    if (typeof nextCursor !== 'string' || seen.has(nextCursor)) {
      break;
    }
    seen.add(nextCursor);
    cursor = nextCursor;
  }
  return { ok: true, tools };
}
