/** Cline, Roo and Goose count in seconds, and go up to an hour. */
const MOST_SECONDS = 3_600;
/** Keys of clients that count in milliseconds (Gemini CLI). */
const MILLIS_CLIENTS = ['httpUrl', 'trust', 'includeTools', 'excludeTools'];

/** The `timeout` of a client's entry in milliseconds; what is no number stays, and is told of by whoever reads it. */
export function toTimeoutMillis(value: unknown, entry: Readonly<Record<string, unknown>>): unknown {
  const [, digits, unit] =
    (typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/.exec(value.trim()) : null) ?? [];
  const number = typeof value === 'number' ? value : Number(digits);
  if (Number.isNaN(number)) {
    return value;
  }
  if (unit !== undefined) {
    return Math.round(number * (unit === 'ms' ? 1 : unit === 's' ? 1_000 : 60_000));
  }
  const isMillis = number > MOST_SECONDS || MILLIS_CLIENTS.some((key) => key in entry);
  return isMillis ? number : Math.round(number * 1_000);
}
