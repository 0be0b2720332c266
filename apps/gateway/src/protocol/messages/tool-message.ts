import { asList, isJsonObject, type JsonObject, textOf } from '../json-rpc.ts';

/** What is told of a failed tool that says nothing, or nothing that may be kept. */
export const TOOL_FAILED = 'The tool reported a failure';

const MAX_MESSAGE = 500;

/** A failed tool's own words: its first text, shortened. */
export function toolMessage(result: JsonObject): string {
  const block = asList(result['content'])[indexOfText(result)];
  const text = isJsonObject(block) ? textOf(block['text']) : TOOL_FAILED;
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
}

/** Where these words stand in the result; absent where it has none. */
export function placeOfToolMessage(result: JsonObject): readonly string[] | undefined {
  const index = indexOfText(result);
  return index === -1 ? undefined : ['content', String(index), 'text'];
}

function indexOfText({ content }: JsonObject): number {
  return asList(content).findIndex((block) => isJsonObject(block) && typeof block['text'] === 'string');
}
