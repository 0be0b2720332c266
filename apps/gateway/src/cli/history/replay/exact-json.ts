/** A number whose digits a number of ours would not keep: `725653563933458432`, `1.10`. */
export class ExactNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  /** As a text, where somebody else writes it. */
  toJSON(): string {
    return this.source;
  }
}

/** Reads JSON so that {@link toExactJson} writes it with the same digits. @throws {SyntaxError} */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? new ExactNumber(context.source)
      : value,
  );
}

/** A value as JSON, each number with its own digits. */
export function toExactJson(value: unknown): string {
  if (value instanceof ExactNumber) {
    return value.source;
  }
  if (Array.isArray(value)) {
    return `[${value.map(toExactJson).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${toExactJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
