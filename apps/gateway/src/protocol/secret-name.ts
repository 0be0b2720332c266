/** Names of variables, headers and flags whose values are secrets, in any case. */
export const SECRET_NAME: RegExp = /key|token|secret|passw|pwd|auth|credential|cookie|session|private/i;
