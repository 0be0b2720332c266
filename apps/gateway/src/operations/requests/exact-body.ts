import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';

/**
 * The body of a request as it is checked, in which the arguments of calls stand as they came: a {@link RawJson} in place
 * of each `arguments`, and of an `id` whose digits a number does not hold. A body that is no object is given as it is, and so is one with more members than are told.
 */
export function exactBody(raw: RawJson): unknown {
  const body = raw.object;
  if (body === undefined) {
    return raw.value;
  }
  const { calls } = body;
  try {
    return Array.isArray(calls) ? { ...exactCall(body, raw), calls: exactCalls(calls, raw) } : exactCall(body, raw);
  } catch {
    return body;
  }
}

function exactCall(body: JsonObject, raw: RawJson): object {
  return isJsonObject(body['arguments']) ? { ...body, arguments: raw.get('arguments') } : body;
}

function exactItem(call: JsonObject, raw: RawJson): object {
  const { id } = call;
  const rawId = typeof id === 'number' ? raw.get('id') : undefined;
  return rawId === undefined || rawId.text === JSON.stringify(id)
    ? exactCall(call, raw)
    : { ...exactCall(call, raw), id: rawId };
}

function exactCalls(calls: readonly JsonValue[], raw: RawJson): readonly unknown[] {
  const items = raw.get('calls')?.elements() ?? [];
  return calls.map((call, index) => {
    const item = items[index];
    return isJsonObject(call) && item !== undefined ? exactItem(call, item) : call;
  });
}
