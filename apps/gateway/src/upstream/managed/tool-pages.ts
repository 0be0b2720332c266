import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { keepExact } from '../../protocol/json/exact-values.ts';
import { type FailedList, gatherList } from '../hop/gather-list.ts';
import { ownCall } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';

/** No caller can name a tool of a longer name, because names in requests have the same bound. */
const MAX_NAME_BYTES = 512;

/** The tools of an upstream as far as they were taken. */
export interface ToolPages {
  readonly ok: true;
  readonly tools: readonly JsonObject[];
  /** What is missing and why, for people; absent where nothing is. */
  readonly cut: string | undefined;
}

/** Reads the tools list of an upstream, all pages of it; entries without a name are left out. */
export async function readToolPages(session: RpcSession): Promise<ToolPages | FailedList> {
  const list = await gatherList({
    member: 'tools',
    readPage: async (params, timeoutMillis) => {
      const answer = await session.exchange(ownCall('tools/list', params, timeoutMillis));
      if (answer.ok) {
        keepExact(answer.raw?.get('tools'), answer.result['tools']);
      }
      return answer;
    },
  });
  if (!list.ok) {
    return list;
  }
  const named = list.items.filter(isJsonObject).filter((tool) => nameOf(tool) !== '');
  const tools = named.filter((tool) => Buffer.byteLength(nameOf(tool)) <= MAX_NAME_BYTES);
  return { ok: true, tools, cut: withOverlong(list.cut, named.length - tools.length) };
}

function withOverlong(cut: string | undefined, overlong: number): string | undefined {
  const note = `${overlong} with a name of more than ${MAX_NAME_BYTES} bytes left out`;
  return overlong === 0 ? cut : `${cut ?? 'cut'}: ${note}`;
}

/** Empty where there is none. */
function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' ? name : '';
}
