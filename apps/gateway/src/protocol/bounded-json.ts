/** Levels of nesting that are taken. What is far deeper can be read but not be written again: `JSON.stringify` runs out of stack. */
const MAX_LEVELS = 512;

/** JSON that is nested deeper than {@link parseBoundedJson} takes. */
export class DeepJsonError extends SyntaxError {
  override readonly name = 'DeepJsonError';
}

/** Reads JSON from outside. @throws {SyntaxError} When it is none, or nested deeper than 512 levels. */
export function parseBoundedJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Each level takes two characters at least.
  if (text.length > 2 * MAX_LEVELS && isDeeper(value, MAX_LEVELS)) {
    throw new DeepJsonError(`nested deeper than ${MAX_LEVELS} levels`);
  }
  return value;
}

/** What is wrong with a text that {@link parseBoundedJson} refused, after "is". */
export function whyNotJson(error: unknown): string {
  return error instanceof DeepJsonError ? error.message : 'not valid JSON';
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const children: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return levels === 0 || children.some((child) => isDeeper(child, levels - 1));
}
