import { asObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { exactOf } from '../../protocol/json/exact-values.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';

/** The answer to describe: the tool in its server's own words, with their digits. */
export function describeAnswer(value: JsonObject): RawJson {
  const tool = asObject(value['tool']);
  return RawJson.object({ ...value, tool: tool && exactOf(tool) });
}
