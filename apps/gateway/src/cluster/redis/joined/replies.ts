/** A reply that is a list; of anything else an empty one. */
export function toList(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}

/** The texts of a reply that is a list of them. */
export function toTexts(reply: unknown): readonly string[] {
  return toList(reply).map((text) => String(text));
}

/** The fields of a hash as a script gives them: names and values in turn. */
export function toFields(reply: unknown): ReadonlyMap<string, string> {
  const texts = toTexts(reply);
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < texts.length; i += 2) {
    fields.set(texts[i] ?? '', texts[i + 1] ?? '');
  }
  return fields;
}

/** A value as a gateway has written it with these keys; `undefined` where there is none, or no JSON. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the key says of what type the value is
export function parseOwn<T>(text: unknown): T | undefined {
  if (typeof text !== 'string') {
    return undefined;
  }
  try {
    const value: T = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Names and values in turn, without those that are absent: what a script is told of a hash. */
export function toArguments(fields: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}
