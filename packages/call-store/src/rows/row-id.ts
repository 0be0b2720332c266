import { newUuidV7 } from '@dcc-mcp/request-context';

const MAX_COUNT = 0xf_ff;

/**
 * Makes the keys of rows: UUIDs version 7 (RFC 9562, section 5.7) of which each is greater, as text, than the one before
 * it, also within a millisecond and when the clock goes back.
 *
 * @param now Milliseconds since the epoch. Default `Date.now`.
 */
export function createRowIds(now: () => number = Date.now): () => string {
  let millis = 0;
  let count = 0;
  return () => {
    const current = Math.floor(now());
    if (current > millis) {
      millis = current;
      count = 0;
    } else if (count === MAX_COUNT) {
      // RFC 9562, section 6.2: the time may run ahead of the clock when the counter is used up.
      millis += 1;
      count = 0;
    } else {
      count += 1;
    }
    // 62 random bits stay.
    return newUuidV7(millis, count);
  };
}

const nextRowId = createRowIds();

/** A new key of a row: unique, and greater (as text) than every key this process made before. */
export function newRowId(): string {
  return nextRowId();
}

/** A key for a row of another time, in milliseconds since the epoch. */
export function rowIdAt(millis: number): string {
  return newUuidV7(Number.isNaN(millis) ? 0 : millis);
}

const ROW_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a text is a key as {@link newRowId} makes them: what a `cursor` or `Last-Event-ID` has to be. */
export function isRowId(text: string): boolean {
  return ROW_ID.test(text);
}
