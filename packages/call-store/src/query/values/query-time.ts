const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+\- ]\d{2}:\d{2})?)?$/i;

/**
 * Reads a time or a day as RFC 3339 writes it, in milliseconds since the epoch; without an offset it is UTC, as everything in
 * a row is. A blank before an offset is the plus that a URL makes one of. @returns `undefined` for what is no time.
 */
export function parseTime(text: string): number | undefined {
  const [, day = '', time = '00:00', offset = 'Z'] = TIME.exec(text) ?? [];
  const millis = Date.parse(`${day}T${time}${offset.toUpperCase().replace(' ', '+')}`);
  return Number.isNaN(millis) || !isDay(day) ? undefined : millis;
}

/** `Date.parse` takes the 31st of February for the 3rd of March. */
function isDay(day: string): boolean {
  return new Date(Date.parse(day)).toISOString().startsWith(day);
}
