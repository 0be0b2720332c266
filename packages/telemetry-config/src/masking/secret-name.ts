/**
 * Names of variables, headers, flags and parameters of a query whose values are secrets, which no text for people holds; in
 * any case. Names of other things that begin alike (`keyword`, `author`) are none.
 */
export const SECRET_NAME: RegExp =
  /key(?!word|board|frame)|token|secret|passw|passphrase|pwd|auth(?!or(?!i))|credential|cookie|session|private|bearer|signature|^(?:pass|sig|jwt)$/i;
