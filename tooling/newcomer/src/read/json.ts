// JSON as documents write it: several values in one block, comment lines between and in them.

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One JSON value, trailing commas forgiven; `undefined` when `text` is none. */
export function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text.replaceAll(/,(\s*[\]}])/g, '$1'));
    return value;
  } catch {
    return undefined;
  }
}

/** The values of a text in which they follow one another; `undefined` when something else is in it. */
export function readJsonValues(text: string): readonly unknown[] | undefined {
  const values: unknown[] = [];
  let open = '';
  for (const line of text.split('\n').filter((each) => !each.trim().startsWith('//'))) {
    open += `${line}\n`;
    const value = readJson(open);
    if (value !== undefined) {
      values.push(value);
      open = '';
    }
  }
  return open.trim() === '' ? values : undefined;
}
