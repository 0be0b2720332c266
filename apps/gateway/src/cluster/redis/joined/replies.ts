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

/**
 * How far the clock of Redis is ahead of one that says `now`, to the millisecond.
 *
 * @param time What `TIME` says: seconds, and microseconds beside them.
 * @returns `undefined` where that is no time.
 */
export function skewOf(time: unknown, now: number): number | undefined {
  const [seconds, micros] = toList(time).map(Number);
  const skew = Math.round(Number(seconds) * 1_000 + Number(micros) / 1_000 - now);
  return Number.isFinite(skew) ? skew : undefined;
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

/** What a field holds of a text: one that is there and empty is not one that is absent. */
export function toPresent(text: string | undefined): string {
  return text === undefined ? '' : `=${text}`;
}

/** The text of a field that {@link toPresent} has made. */
export function fromPresent(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field.slice(1) : undefined;
}
