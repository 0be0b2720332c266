import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { keepExact } from '../../protocol/json/exact-values.ts';
import { type FailedList, gatherList } from '../hop/gather-list.ts';
import { ownCall } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';

/** No caller can name a tool of a longer slug, because slugs in requests have the same bound. */
const MAX_SLUG_BYTES = 512;
/** A slug has the whole id where two instances share its first digits. */
const ID_BYTES = 36;
const SEPARATORS = 2;

/** Bytes that a tool's name may have, so that its slug can be asked for whatever else is registered. */
export function maxNameBytes(dccType: string): number {
  return Math.max(MAX_SLUG_BYTES - Buffer.byteLength(dccType) - ID_BYTES - SEPARATORS, 0);
}

/** What is missing of a list, of which `overlong` names were too long for a slug. */
export function withOverlong(cut: string | undefined, overlong: number, maxBytes: number): string | undefined {
  const note = `${overlong} with a name of more than ${maxBytes} bytes left out, whose slug nobody could ask for`;
  return overlong === 0 ? cut : `${cut ?? 'cut'}: ${note}`;
}

/** The tools of an upstream as far as they were taken. */
export interface ToolPages {
  readonly ok: true;
  readonly tools: readonly JsonObject[];
  /** What is missing and why, for people; absent where nothing is. */
  readonly cut: string | undefined;
}

/** Reads the tools list of an upstream, all pages of it; entries without a name or with a longer one are left out. */
export async function readToolPages(session: RpcSession, maxBytes: number): Promise<ToolPages | FailedList> {
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
  const tools = named.filter((tool) => Buffer.byteLength(nameOf(tool)) <= maxBytes);
  return { ok: true, tools, cut: withOverlong(list.cut, named.length - tools.length, maxBytes) };
}

/** Empty where there is none. */
function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' ? name : '';
}
