import type { JsonSchema } from './operations.ts';

/** A body to begin with: the members that have to be there, else the first that has an example; with the example, or a value of its kind. */
export function sampleBody(schema: JsonSchema): string {
  return JSON.stringify(sampleOf(schema), undefined, 2);
}

const EMPTY: Readonly<Record<string, unknown>> = {
  string: '',
  number: 0,
  integer: 0,
  boolean: false,
  array: [],
  object: {},
};

function sampleOf(schema: JsonSchema): unknown {
  const { type, properties = {}, required = [], items } = schema;
  const given = schema.default ?? schema.examples?.[0] ?? schema.enum?.[0];
  if (given !== undefined) {
    return given;
  }
  const kind = typeof type === 'string' ? type : type?.[0];
  if (kind === 'array' && items?.properties !== undefined) {
    return [sampleOf(items)];
  }
  const members = Object.entries(properties);
  const needed = members.filter(([name]) => required.includes(name));
  const shown = needed.length > 0 ? needed : members.filter(([, { examples }]) => examples !== undefined).slice(0, 1);
  return shown.length > 0
    ? Object.fromEntries(shown.map(([name, member]) => [name, sampleOf(member)]))
    : (EMPTY[kind ?? 'object'] ?? {});
}

/** Why a text is no JSON, and where; undefined where it is. */
export function jsonIssue(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
