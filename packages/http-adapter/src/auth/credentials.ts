/** The two parts of an `Authorization` header. */
export interface Credentials {
  /** Authentication scheme in lower case. */
  readonly scheme: string;
  readonly value: string;
}

/** Reads `Authorization: <scheme> <value>`; the scheme is case-insensitive (RFC 9110, 11.1). */
export function parseAuthorization(header: string | null): Credentials | undefined {
  const match = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+) +(\S+) *$/.exec(header ?? '');
  const [, scheme, value] = match ?? [];
  return scheme === undefined || value === undefined ? undefined : { scheme: scheme.toLowerCase(), value };
}

/** Whether both are the same bytes, in a time that depends on the length of `given` alone. */
export function isSameSecret(given: Uint8Array, expected: Uint8Array): boolean {
  let difference = given.length ^ expected.length;
  for (let index = 0; index < given.length; index += 1) {
    difference |= (given[index] ?? 0) ^ (expected[index % expected.length] ?? 0);
  }
  return difference === 0;
}

/** The bytes of a base64 text, or `undefined` when it is none. */
export function parseBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);
  } catch {
    return undefined;
  }
}
