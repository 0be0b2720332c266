// A payload as it can be looked at: as JSON that folds, as the text in it, as it is written.
import { childrenOf, type JsonPath, pathText } from '../json/json-tree.ts';

/** Ways to look at a payload. */
export type PayloadForm = 'json' | 'text' | 'written';

/** A payload in each form that it has; what was cut is no JSON. */
export interface PayloadForms {
  readonly json?: { readonly value: unknown };
  /** What a tool says in words: the texts of an MCP result, one below the other. */
  readonly text?: string;
  readonly written: string;
}

export function formsOf(content: string): PayloadForms {
  try {
    const value: unknown = JSON.parse(content);
    const text = textOf(value);
    return { json: { value }, ...(text === undefined ? {} : { text }), written: content };
  } catch {
    return { written: content };
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('content' in value) || !Array.isArray(value.content)) {
    return undefined;
  }
  const texts = value.content.flatMap((block: unknown) =>
    typeof block === 'object' && block !== null && 'text' in block && typeof block.text === 'string' ? block.text : [],
  );
  return texts.length === 0 ? undefined : texts.join('\n');
}

/** The gateway puts it in place of what it takes out. */
const REDACTED = '[redacted]';
const MAX_PLACES = 20;

/** Where something was taken out, as jq reads it; the first of many. */
export function redactedPlaces(value: unknown): readonly string[] {
  const places: string[] = [];
  const waiting: (readonly [JsonPath, unknown])[] = [[[], value]];
  for (let next = waiting.shift(); next !== undefined && places.length < MAX_PLACES; next = waiting.shift()) {
    const [path, each] = next;
    if (typeof each === 'string' && each.includes(REDACTED)) {
      places.push(pathText(path));
    }
    waiting.push(...(childrenOf(each) ?? []).map((child) => [[...path, child.key], child.value] as const));
  }
  return places;
}
