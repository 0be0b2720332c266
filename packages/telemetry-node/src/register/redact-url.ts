import { looksLikeKey, maskPath, SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';
import { ATTR_URL_FULL, ATTR_URL_QUERY } from '@opentelemetry/semantic-conventions';
import type { SpanRedaction } from '../spans/span-redaction.ts';

/** What the conventions of OpenTelemetry put in the place of a secret ("URL", url.full). */
const REDACTED = 'REDACTED';

/**
 * `url.full` as a span may hold it: without user and password, values of the query that are named like secrets, and keys in
 * the path. The fragment is never sent, and stays.
 */
export function redactUrl(text: string): string {
  return redactQueryOf(
    text
      .replace(
        /(?<=^[a-z][\w+.-]*:\/\/)[^/?#\s]*@/i,
        (user) => (user.includes(':') ? `${REDACTED}:` : '') + `${REDACTED}@`,
      )
      .replace(/(?<=^[a-z][\w+.-]*:\/\/[^/?#\s]*)\/[^?#]*/i, (path) => maskPath(path, looksLikeKey, REDACTED)),
  );
}

/** A URL, or a path with a query. */
function redactQueryOf(text: string): string {
  return text.replace(/(?<=\?)[^#]*/, redactQuery);
}

/** Names stay, so that people see what was asked for; a text without one is looked at by its form. */
function redactQuery(query: string): string {
  return query.replaceAll(/[^&]+/g, (item) => {
    const [name = '', ...value] = item.split('=');
    if (value.length === 0 || value.join('') === '') {
      return looksLikeKey(name) ? REDACTED : item;
    }
    return SECRET_NAME.test(decoded(name)) ? `${name}=${REDACTED}` : item;
  });
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Attributes that hold an address, as the conventions name them now and as they did before. */
const REDACTIONS: ReadonlyMap<string, (text: string) => string> = new Map([
  [ATTR_URL_FULL, redactUrl],
  ['http.url', redactUrl],
  [ATTR_URL_QUERY, redactQuery],
  ['http.target', redactQueryOf],
]);

/** The same for all spans of a process, whichever instrumentation made them. */
export const URL_REDACTION: SpanRedaction = {
  attribute: (key, value) => {
    const redact = REDACTIONS.get(key);
    return redact === undefined || typeof value !== 'string' ? value : redact(value);
  },
  text: (text) => text,
};
