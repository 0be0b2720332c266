import { memoize } from '@dcc-mcp/bounds';
import { REDACTED, sanitizeText } from '@dcc-mcp/bounds/redaction';
import { hash } from 'node:crypto';

/** Subjects that are remembered: the same callers come again and again. */
const MAX_REMEMBERED = 1_024;

/**
 * The subject of a credential as it may be kept. One that holds an e-mail address, or looks like a credential itself, stands
 * as its hash: that still tells each caller from every other, and whoever knows the subject finds what was done under it.
 */
export const toKeptSubject: (subject: string) => string = memoize(
  (subject) => (sanitizeText(subject).includes(REDACTED) ? `sha256:${hash('sha256', subject)}` : subject),
  MAX_REMEMBERED,
);
